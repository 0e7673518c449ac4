import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { RoomClients } from './RoomClients.ts';

it('a room has clients here from the first one until a moment after the last', () => {
  const clock = new ManualClock();
  const noted: [string, boolean][] = [];
  const clients = new RoomClients({ clock, registry: { noteClients: (...note) => void noted.push(note) } });
  const [first, second] = [clients.add('room'), clients.add('room')];
  first();
  first();
  expect(clients.has('room')).toBe(true);
  second();
  clock.advance(9_000);
  const third = clients.add('room');
  clock.advance(9_000);
  third();
  clock.advance(9_000);
  expect(clients.has('room')).toBe(true);
  expect(noted.some(([, present]) => !present)).toBe(false);
  clock.advance(1_000);
  expect(clients.has('room')).toBe(false);
  expect(noted.at(-1)).toEqual(['room', false]);
  expect(clock.pendingTimers).toBe(0);
});
