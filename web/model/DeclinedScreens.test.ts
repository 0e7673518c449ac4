import { expect, it } from 'vitest';
import { DeclinedScreens } from './DeclinedScreens.ts';
import { memory } from './memoryForTests.ts';

const place = { roomId: 'r', placeId: 'r' };

/** A room in which Ada shares a screen with sound, and Bob may share one without; and the tracks declined in it. */
function scene(bobs?: string) {
  const tracks: Record<string, Record<string, string | undefined>> = {
    ada: { screen: 's-ada', screenAudio: 'a-ada' },
    bob: { screen: bobs },
  };
  const declined = new Set<string>();
  const publicationOf = (id: string) => (source: string) => {
    const trackId = tracks[id]?.[source];
    return trackId === undefined ? undefined : { trackId };
  };
  const participants = new Map(Object.keys(tracks).map((id) => [id, { publication: publicationOf(id) }]));
  const setDeclined = (trackId: string, on: boolean) => void (on ? declined.add(trackId) : declined.delete(trackId));
  const room = { participants, view: { setDeclined } } as unknown as ConstructorParameters<typeof DeclinedScreens>[0];
  return { room, declined };
}

it('a screen that nobody watches stays so through a reload, with its sound, and no other screen does', () => {
  const { open } = memory();
  const before = scene('s-bob');
  const screens = new DeclinedScreens(before.room, place, open);
  screens.set('ada', true);
  screens.set('bob', true);
  expect([...before.declined]).toEqual(['s-ada', 'a-ada', 's-bob']);

  const after = scene('s-bob-2');
  const again = new DeclinedScreens(after.room, place, open);
  expect([...again.trackIds]).toEqual(['s-ada']);
  expect([...after.declined]).toEqual(['s-ada', 'a-ada']);
});

it('a screen that is watched again, or has ended, is declined neither now nor after a reload', () => {
  const { open } = memory();
  const { room, declined } = scene('s-bob');
  const screens = new DeclinedScreens(room, place, open);
  screens.set('ada', true);
  screens.set('bob', true);
  screens.set('ada', false);
  screens.unpublished('s-bob');
  expect([...screens.trackIds, ...declined]).toEqual([]);
  expect([...new DeclinedScreens(scene('s-bob').room, place, open).trackIds]).toEqual([]);
});
