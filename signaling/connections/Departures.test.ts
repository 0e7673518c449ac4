import { expect, test } from 'vitest';
import type { ClientConnection, Seat } from './ClientConnection.ts';
import { Departures } from './Departures.ts';

let now = 0;

function connection(participantId: string): ClientConnection {
  const fake = {
    roomId: 'room',
    isOpen: true,
    seat: { roomId: 'room', participantId, session: 1 } as Seat | null,
    leaveSeat: () => {
      fake.seat = null;
    },
  };
  return fake as unknown as ClientConnection;
}

const nobody = () => false;

test('old media serve until everybody of the room has left, all are settled and nobody elsewhere watches', () => {
  const departures = new Departures(() => now);
  const [ann, bob] = [connection('ann'), connection('bob')];
  departures.asked(ann);
  departures.asked(bob);
  expect(departures.leaves(ann)).toBe(true);
  departures.settled(ann);
  expect(departures.serves('room', 'ann', 1)).toBe(true);
  expect(departures.done(5_000, nobody)).toEqual([]);
  expect(departures.leaves(bob)).toBe(true);
  expect(departures.done(5_000, nobody)).toEqual([]);
  departures.settled(bob);
  expect(departures.done(5_000, ({ participantId }) => participantId === 'ann')).toEqual([]);
  expect(departures.done(5_000, nobody)).toEqual([ann, bob]);
  expect(departures.forget(ann)).toMatchObject({ participantId: 'ann', session: 1 });
  expect(departures.serves('room', 'ann', 1)).toBe(false);
});

test('one that says nothing is waited for a while; one that cannot move, or was not asked, keeps nobody waiting', () => {
  const departures = new Departures(() => now);
  const [ann, bob, carl] = [connection('ann'), connection('bob'), connection('carl')];
  departures.asked(ann);
  departures.asked(bob);
  departures.leaves(ann);
  departures.notMoving(bob);
  // Another tab took carl's place, or bob came back by himself.
  expect([departures.leaves(carl), departures.leaves(bob)]).toEqual([false, false]);
  expect(departures.done(5_000, nobody)).toEqual([]);
  now += 5_000;
  expect(departures.done(5_000, nobody)).toEqual([ann]);
});
