import type { Logger } from '../ports.ts';
import type { RoomId } from '../room/state.ts';
import type { RoomHosts } from './RoomHosts.ts';

/** The others are opened when their people come: a few must not wait for many. A standby reads no more along either. */
export const MOST_AHEAD = 50;

/**
 * Opens rooms one after another before their people come, so that nobody waits while a journal is read. One that cannot
 * be opened is left to those who come.
 */
export async function openAhead(
  rooms: readonly RoomId[],
  hosts: Pick<RoomHosts, 'open'>,
  logger: Logger,
): Promise<void> {
  for (const roomId of rooms.slice(0, MOST_AHEAD)) {
    try {
      await hosts.open(roomId);
    } catch (error) {
      logger.debug({ err: error, roomId }, 'a room could not be opened ahead of its people');
    }
  }
}
