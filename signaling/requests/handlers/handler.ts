import type { CommandEnvelope, RoomCommand } from '../../../core/room/commands.ts';
import type { ClientConnection, Seat } from '../../connections/ClientConnection.ts';
import type { RequestBody, RequestName, ResponseBody } from '../../protocol/requests.ts';
import type { SignalingContext } from '../context.ts';
import { withRoom } from '../withRoom.ts';

/** One request in progress: parsed, and within its limits. */
export interface Call<N extends RequestName> {
  readonly request: RequestBody<N>;
  readonly connection: ClientConnection;
  readonly context: SignalingContext;
  /** Runs a function once the answer is on the wire, success or not. */
  readonly afterAnswer: (run: () => void) => void;
}

/** Answers, or throws an error that `toWireError` knows; any other error is a bug. */
export type Handler<N extends RequestName> = (call: Call<N>) => Promise<ResponseBody<N>>;

type WithoutEnvelope<C> = C extends RoomCommand ? Omit<C, keyof CommandEnvelope> : never;
/** A command without actor, time and id. */
export type CommandBody = WithoutEnvelope<RoomCommand>;

/** Requests that change the record: they carry a command id, and their answer has no data. */
export type RecordRequest = {
  [N in RequestName]: RequestBody<N> extends { commandId: string }
    ? Record<string, never> extends ResponseBody<N>
      ? N
      : never
    : never;
}[RequestName];

/** Turns a request of somebody in the room into a command, and answers once it is in the journal. */
export function record<N extends RecordRequest>(
  toCommand: (request: RequestBody<N>, seat: Seat, context: SignalingContext) => CommandBody | Promise<CommandBody>,
): (call: Call<N>) => Promise<Record<string, never>> {
  return async ({ request, connection, context }) => {
    const seat = connection.requireSeat();
    const body = toCommand(request, seat, context);
    // Awaits only where it must: commands reach the room in the order in which they came.
    const command = body instanceof Promise ? await body : body;
    context.budgets.require(connection, command);
    const { commandId } = request as { commandId: string };
    const recorded = withRoom(context, seat.roomId, (room) =>
      room.handle({ ...command, commandId, actor: seat.actor, now: context.clock.now() } as RoomCommand),
    );
    connection.lastRecorded = recorded.catch(() => undefined);
    context.budgets.charge(connection, await recorded);
    return {};
  };
}
