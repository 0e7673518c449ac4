import type { ParticipantId } from '../../../core/room/state.ts';
import type { CallStatus } from './bare/CallClient.ts';

/** Any client of a drill. */
interface Receiver {
  readonly participantId: ParticipantId;
  status(): Promise<Pick<CallStatus, 'connected' | 'remoteTracks'>>;
}

/** A track without a frame for this long does not flow. */
const FLOWING_MS = 500;

/**
 * The one notion of "recovered": everybody is connected and sees and hears everybody who is not muted. Returns null if
 * so, else what is missing.
 */
export async function missingOf(clients: readonly Receiver[]): Promise<string | null> {
  const ids = clients.map(({ participantId }) => participantId);
  const reasons = await Promise.all(clients.map((client) => missingAt(client, ids)));
  return reasons.find((reason) => reason !== null) ?? null;
}

async function missingAt(client: Receiver, ids: readonly ParticipantId[]): Promise<string | null> {
  const { connected, remoteTracks } = await client.status();
  const now = Date.now();
  const name = client.participantId;
  if (!connected) return `${name} is not connected`;
  for (const publisherId of ids.filter((id) => id !== name)) {
    for (const kind of ['audio', 'video'] as const) {
      const track = remoteTracks.find((remote) => remote.publisherId === publisherId && remote.kind === kind);
      if (!track) return `${name} knows no ${kind} of ${publisherId}`;
      if (track.muted) continue;
      if (track.lastFrameAt === null) return `${name} never received ${kind} of ${publisherId}`;
      const age = now - track.lastFrameAt;
      if (age > FLOWING_MS) return `${name} has had no ${kind} of ${publisherId} for ${Math.round(age)} ms`;
    }
  }
  return null;
}
