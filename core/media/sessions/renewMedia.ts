import { MediaError } from '../MediaError.ts';
import type { RoomProducers } from '../producers/RoomProducers.ts';
import type { RoomMediaListener } from '../RoomMedia.ts';
import type { ParticipantMedia } from './ParticipantMedia.ts';
import type { RoomSessions } from './RoomSessions.ts';

/**
 * Opens transports in place of those that died with their worker, and tells the client of them before it hears of
 * consumers on them. A client that does not take them, or cannot, hears that it must open its own.
 */
export async function renewMedia(
  lost: ParticipantMedia,
  sessions: RoomSessions,
  producers: RoomProducers,
  listener: Pick<RoomMediaListener, 'mediaLost'>,
): Promise<void> {
  const { participantId, session, capabilities, renews, standby } = lost;
  if (!renews || standby) {
    listener.mediaLost(participantId, session, null);
    return;
  }
  try {
    const transports = await sessions.open(participantId, session, capabilities, { renews });
    const expected = producers.expectedAfter(lost);
    listener.mediaLost(participantId, session, { ...transports, expected });
    const producing = await producers.expect(participantId, session, expected);
    if (producing.length < expected.length) throw new Error('not all of its tracks could be opened');
  } catch (error) {
    // A newer session, or the client itself, opened others meanwhile: then those are the ones.
    if (error instanceof MediaError && error.code === 'STALE_SESSION') return;
    listener.mediaLost(participantId, session, null);
  }
}
