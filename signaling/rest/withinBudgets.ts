import type { Handled } from '../../core/host/Pending.ts';
import type { RoomId } from '../../core/room/state.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';
import type { RestContext } from './Route.ts';

/**
 * Makes a room that counts for its owner.
 * @throws WireRefusal when people of this address have written too much, or the owner has too many rooms
 */
export async function withinBudgets(
  { budgets, limits, logger, origins, roomsByOwner }: RestContext,
  { address, owner: who }: { readonly address: string; readonly owner: string },
  roomId: RoomId,
  make: () => Promise<Handled>,
): Promise<void> {
  budgets.require({ address }, { type: 'CreateRoom' });
  const owner = origins.hash('', 'address', who);
  if (!(await roomsByOwner.take(owner, roomId, limits.roomsOfAddress))) {
    throw new WireRefusal(
      'TOO_MANY_ROOMS',
      `Your network has ${limits.roomsOfAddress} rooms. Close one, or wait: an empty one closes by itself.`,
    );
  }
  try {
    budgets.charge({ address }, await make());
  } catch (error) {
    // If Redis is away it stays noted, and is forgotten when the next one would be too many.
    await roomsByOwner.giveBack(owner, roomId).catch((cause: unknown) => {
      logger.debug({ err: cause, roomId }, 'a room that was not made stays counted for a while');
    });
    throw error;
  }
}
