import { expect, it } from 'vitest';
import { forbidden, memory } from './memoryForTests.ts';
import { readRoomView, readVolumes, saveRoomView, saveVolumes } from './roomView.ts';

const usual = { layout: 'auto', despite: null, pins: [], selfHidden: false, pictures: 'full' };

it('each room is looked at as it was before', () => {
  const { open } = memory();
  const view = { layout: 'speaker', despite: 7, pins: ['camera:a'], selfHidden: true, pictures: 'small' } as const;
  saveRoomView('r1', { ...view, pins: [...view.pins] }, open);
  expect(readRoomView('r1', open)).toEqual(view);
  expect(readRoomView('r2', open)).toEqual(usual);
});

it('what somebody else wrote, or a storage that is forbidden, is no problem', () => {
  const { kept, open } = memory();
  kept.set('everroom:view:r', '{"layout":"upside-down","pins":"x","selfHidden":true}');
  expect(readRoomView('r', open)).toEqual({ ...usual, selfHidden: true });
  kept.set('everroom:view:r', 'no JSON');
  expect(readRoomView('r', open)).toEqual(usual);
  kept.set('everroom:volumes', '[["r",{"a":9}],3]');
  expect(readVolumes('r', open)).toEqual({});
  expect(readRoomView('r', forbidden)).toEqual(usual);
  saveRoomView('r', readRoomView('r', open), forbidden);
  expect(readVolumes('r', forbidden)).toEqual({});
});

it('volumes are kept by room, the usual one takes no place, and old rooms are forgotten', () => {
  const { kept, open } = memory();
  saveVolumes('first', { a: 0.5, b: 1 }, open);
  expect(readVolumes('first', open)).toEqual({ a: 0.5 });
  for (let room = 0; room < 30; room += 1) saveVolumes(`r${room}`, { a: 0 }, open);
  expect(readVolumes('first', open)).toEqual({});
  saveVolumes('r29', { a: 1 }, open);
  expect(kept.get('everroom:volumes')).not.toContain('r29');
});
