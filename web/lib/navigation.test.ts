import { describe, expect, it } from 'vitest';
import { placeOf, roomPath } from './navigation.ts';

describe('placeOf', () => {
  it('the page of a known path is found', () => {
    expect(placeOf('/')).toEqual({ page: 'landing' });
    expect(placeOf('/r/calm-river')).toEqual({ page: 'room', roomId: 'calm-river' });
    expect(placeOf('/r/calm-river/')).toEqual({ page: 'room', roomId: 'calm-river' });
    expect(placeOf('/test')).toEqual({ page: 'test' });
    for (const path of ['/r/', '/x', '/r/a/b', '/r/%E0%A4%A']) expect(placeOf(path)).toEqual({ page: 'unknown' });
  });

  it('the room of every path that is made is found', () => {
    expect(placeOf(roomPath('plan 9/ü'))).toEqual({ page: 'room', roomId: 'plan 9/ü' });
  });
});
