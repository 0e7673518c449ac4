import type { NotificationBody } from '../../protocol/notifications.ts';
import { encode } from '../../telling/notifications.ts';
import type { HappeningName } from '../../telling/OtherNodes.ts';
import { WireRefusal } from '../WireRefusal.ts';
import { type Call, type Handler, record } from './handler.ts';

export const raiseHand = record<'raiseHand'>(() => ({ type: 'RaiseHand' }));
export const lowerHand = record<'lowerHand'>(({ participantId }) => ({ type: 'LowerHand', participantId }));
export const rename = record<'rename'>(({ name }) => ({ type: 'Rename', name }));
export const beginRecording = record<'beginRecording'>(() => ({ type: 'BeginRecording' }));
export const endRecording = record<'endRecording'>(({ participantId }) => ({ type: 'EndRecording', participantId }));

export const react: Handler<'react'> = async (call) => {
  const { participantId } = call.connection.requireSeat();
  tellOthers(call, 'reacted', { participantId, emoji: call.request.emoji });
  return {};
};

export const setTyping: Handler<'setTyping'> = async (call) => {
  const { participantId } = call.connection.requireSeat();
  tellOthers(call, 'typing', { participantId, typing: call.request.typing });
  return {};
};

export const ping: Handler<'ping'> = async ({ context }) => ({ serverTime: context.clock.now() });

export const settled: Handler<'settled'> = async ({ connection, context }) => {
  context.departures.settled(connection);
  return {};
};

/**
 * Sends a momentary signal to everybody else in the room, on all of its nodes; nothing keeps it.
 * @throws WireRefusal when this connection sends too many, or the room has heard too many
 */
function tellOthers<N extends HappeningName>(
  { connection, context }: Pick<Call<'react'>, 'connection' | 'context'>,
  name: N,
  body: NotificationBody<N>,
): void {
  const { connectedPeople, clock, otherNodes, rooms, roomSignals } = context;
  const { roomId } = connection;
  const audience = connectedPeople.seated(roomId);
  const receivers = rooms.get(roomId)?.state.participants.size ?? audience.size;
  if (!connection.signals.take(clock.now()) || !roomSignals.take(roomId, receivers)) {
    throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many signals at once. Wait a moment.');
  }
  const encoded = encode(name, body);
  for (const other of audience.values()) {
    if (other !== connection) other.write(encoded);
  }
  otherNodes.tellHappening(roomId, name, body);
}
