import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { RoomId } from '../../core/room/state.ts';
import { withRoom } from '../requests/withRoom.ts';

interface TestRoomsDeps {
  readonly rooms: RoomHosts;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** Longer than a test takes in which somebody is asked for the camera. */
export const TEST_MS = 180_000;

/**
 * Closes rooms in which clients test their way to the server, whoever is in them: nobody meets there. One whose node
 * ends before closes as any empty room does.
 */
export class TestRooms {
  readonly #deps: TestRoomsDeps;
  readonly #cancels = new Map<RoomId, () => void>();

  constructor(deps: TestRoomsDeps) {
    this.#deps = deps;
  }

  closeInTime(roomId: RoomId): void {
    const cancel = this.#deps.clock.setTimer(TEST_MS, () => {
      this.#cancels.delete(roomId);
      void this.#close(roomId);
    });
    this.#cancels.set(roomId, cancel);
  }

  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  async #close(roomId: RoomId): Promise<void> {
    const { clock, logger, newId } = this.#deps;
    const envelope = { commandId: newId(), actor: { kind: 'operator' }, now: clock.now() } as const;
    try {
      await withRoom(this.#deps, roomId, (room) => room.handle({ type: 'CloseRoom', ...envelope }));
    } catch (error) {
      logger.debug({ err: error, roomId }, 'the room of a connection test stays until it is empty');
    }
  }
}
