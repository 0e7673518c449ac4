import '../lib/withoutEval.ts';
import { type GetJoinToken, Room } from '../../client/index.ts';
import { Places } from './breakouts/Places.ts';
import type { EnterRequest } from './Door.ts';
import { theEffects } from './effects/theEffects.ts';
import type { Meeting } from './Meeting.ts';
import { RoomMeeting } from './RoomMeeting.ts';

/**
 * Enters a room, with another token where this one lets nobody in any more; aborting `signal` gives up. Loaded when
 * somebody is about to: it brings the client, media included.
 * @throws an error with the refusal's `code`
 */
export async function enterRoom(
  token: string,
  getJoinToken: GetJoinToken,
  request: EnterRequest,
  onLobby: () => void,
  signal: AbortSignal,
): Promise<Meeting> {
  const room = new Room({ getJoinToken });
  // Drills and people who debug take part in the room that the page shows.
  window.dispatchEvent(new CustomEvent('everroom:room', { detail: room }));
  room.on('stateChanged', (state) => {
    if (state === 'lobby') onLobby();
  });
  const giveUp = () => void room.disconnect();
  signal.addEventListener('abort', giveUp);
  try {
    const { name, password } = request;
    await room.connect(location.origin, token, { name, ...(password !== null && { password }) });
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  return new Places(room, new RoomMeeting(room, theEffects), request.takeTracks(), theEffects);
}
