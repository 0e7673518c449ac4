import type { CommandEnvelope, RoomCommand } from '../../../core/room/commands.ts';
import type { ClientConnection, Seat } from '../../connections/ClientConnection.ts';
import type { RequestBody, RequestName, ResponseBody } from '../../protocol/requests.ts';
import type { SignalingContext } from '../context.ts';
import { withRoom } from '../withRoom.ts';

/** One request on its way: parsed, and within its limits. */
export interface Call<N extends RequestName> {
  readonly request: RequestBody<N>;
  readonly connection: ClientConnection;
  readonly context: SignalingContext;
  /** Runs something once the answer is on the wire, whatever it says. */
  readonly afterAnswer: (run: () => void) => void;
}

/** Answers, or throws what `toWireError` knows; whatever else it throws is a bug. */
export type Handler<N extends RequestName> = (call: Call<N>) => Promise<ResponseBody<N>>;

type WithoutEnvelope<C> = C extends RoomCommand ? Omit<C, keyof CommandEnvelope> : never;
/** A command without who asks, when, and by which id. */
export type CommandBody = WithoutEnvelope<RoomCommand>;

/** Requests that change the record: they carry a command id and are answered with nothing but success. */
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
    // Only what needs to be waited for is: commands reach the room in the order in which they came.
    const command = body instanceof Promise ? await body : body;
    const { commandId } = request as { commandId: string };
    const recorded = withRoom(context, seat.roomId, (room) =>
      room.handle({ ...command, commandId, actor: seat.actor, now: context.clock.now() } as RoomCommand),
    );
    connection.lastRecorded = recorded.catch(() => undefined);
    await recorded;
    return {};
  };
}
