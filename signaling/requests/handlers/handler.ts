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
  return async (call) => {
    const seat = call.connection.requireSeat();
    const body = toCommand(call.request, seat, call.context);
    // Awaits only where it must: commands reach the room in the order in which they came.
    await recordCommand(call as unknown as RecordCall, seat, body instanceof Promise ? await body : body);
    return {};
  };
}

type RecordCall = Pick<Call<RequestName>, 'connection' | 'context'> & {
  readonly request: { readonly commandId: string };
};

/** Resolves with the outcome once the command of somebody in the room is in the journal. */
export async function recordCommand(
  { request, connection, context }: RecordCall,
  seat: ReturnType<ClientConnection['requireSeat']>,
  command: CommandBody,
) {
  context.budgets.require(connection, command);
  const { commandId } = request;
  const recorded = withRoom(context, seat.roomId, (room) =>
    room.handle({ ...command, commandId, actor: seat.actor, now: context.clock.now() } as RoomCommand),
  );
  connection.lastRecorded = recorded.catch(() => undefined);
  const handled = await recorded;
  context.budgets.charge(connection, handled);
  return handled;
}
