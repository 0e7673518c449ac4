import { expect, test } from 'vitest';
import { silentLogger } from '../../test/support/system.ts';
import { openAhead } from './openAhead.ts';
import type { RoomHost } from './RoomHost.ts';

test('[R1] rooms are opened one after another, 50 at most, and one that fails keeps no other from it', async () => {
  const opened: string[] = [];
  let opening = 0;
  const open = async (roomId: string): Promise<RoomHost> => {
    opening += 1;
    expect(opening).toBe(1);
    await Promise.resolve();
    opening -= 1;
    if (roomId === 'broken') throw new Error('its journal is damaged');
    opened.push(roomId);
    return {} as RoomHost;
  };
  const rooms = Array.from({ length: 60 }, (_, index) => `room-${index}`);
  await openAhead(['broken', ...rooms], { open }, silentLogger);
  expect(opened).toEqual(rooms.slice(0, 49));
});
