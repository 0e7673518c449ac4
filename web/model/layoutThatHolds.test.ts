import { expect, test } from 'vitest';
import { layoutThatHolds } from './layoutThatHolds.ts';

const speaker = { layout: 'speaker', at: 5 } as const;

test('without a layout of the hosts, the own choice holds', () => {
  expect(layoutThatHolds(null, null, 'auto')).toBe('auto');
  expect(layoutThatHolds({ layout: 'tiles', despite: null }, null, 'auto')).toBe('tiles');
});

test('the layout of the hosts holds until the person chooses another, and again when they change it', () => {
  expect(layoutThatHolds({ layout: 'tiles', despite: null }, speaker, 'auto')).toBe('speaker');
  const own = { layout: 'tiles', despite: 5 };
  expect(layoutThatHolds(own, speaker, 'auto')).toBe('tiles');
  expect(layoutThatHolds(own, { layout: 'presentation', at: 9 }, 'auto')).toBe('presentation');
  expect(layoutThatHolds(own, null, 'auto')).toBe('tiles');
});
