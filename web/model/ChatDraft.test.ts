import { expect, it } from 'vitest';
import { ChatDraft } from './ChatDraft.ts';
import { forbidden, memory } from './memoryForTests.ts';

const place = { roomId: 'r', placeId: 'r' };
const toBob = { text: 'Bring the ke', to: { id: 'bob', name: 'Bob' }, replyTo: 'm1' };

it('a message that is not finished is there after a reload, with its recipient and what it answers', () => {
  const { open } = memory();
  new ChatDraft(place, open).keep(toBob);
  expect(new ChatDraft(place, open).now).toEqual(toBob);
  expect(new ChatDraft({ roomId: 'r', placeId: 'breakout' }, open).now).toBeNull();
});

it('nothing is left of a draft that was sent or emptied', () => {
  const { kept, open } = memory();
  const draft = new ChatDraft(place, open);
  draft.keep(toBob);
  draft.keep({ ...toBob, text: ' ' });
  expect(draft.now).toBeNull();
  expect([...kept.values()].join()).not.toContain('Bob');
});

it('where storage is forbidden a draft outlives its panel all the same', () => {
  const draft = new ChatDraft(place, forbidden);
  draft.keep(toBob);
  expect(draft.now).toEqual(toBob);
});
