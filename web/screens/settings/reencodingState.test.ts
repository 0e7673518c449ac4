import { describe, expect, it } from 'vitest';
import type { MeetingSnapshot, Person, Reencoding } from '../../model/Meeting.ts';
import { aMedia, aPerson } from '../../model/peopleForTests.ts';
import { reencodingState } from './reencodingState.ts';

const person = (change: Partial<Person> = {}) => aPerson('p', { camera: aMedia(), ...change });

const fine: Reencoding = { policy: { mode: 'off' }, available: true, hindrance: null };
const missing: Reencoding = { ...fine, available: false, hindrance: 'noEngine' };

const room = (
  change: Partial<Pick<MeetingSnapshot, 'reencoding' | 'self' | 'others'>> = {},
): Pick<MeetingSnapshot, 'reencoding' | 'self' | 'others'> => {
  return { reencoding: fine, self: person(), others: [person(), person()], ...change };
};

describe('what hosts read about reencoding', () => {
  it('hosts read nothing about reencoding while it is off', () => {
    expect(reencodingState(room(), { mode: 'off' })).toEqual({ text: '', isProblem: false });
  });

  it('hosts read what reencoding lacks, and that the wish is kept', () => {
    expect(reencodingState(room({ reencoding: missing }), { mode: 'on' })).toEqual({
      text: 'The reencoder has no encoder: the operator sees what to install. Your choice is kept: it takes effect by itself.',
      isProblem: true,
    });
    expect(reencodingState(room({ reencoding: missing }), { mode: 'off' })).toEqual({
      text: 'The reencoder has no encoder: the operator sees what to install.',
      isProblem: false,
    });
  });

  it('a wish for one video counts as one for reencoding', () => {
    const others = [person({ screen: aMedia({ reencodingWish: true }) })];
    expect(reencodingState(room({ reencoding: missing, others }), { mode: 'off' }).isProblem).toBe(true);
  });

  it('hosts read for how many viewers automatic reencoding waits', () => {
    const others = [person(), person({ connected: false }), person()];
    expect(reencodingState(room({ others }), { mode: 'auto', viewers: 10 }).text).toBe(
      'Waits for more viewers: a video has 2 now.',
    );
    expect(reencodingState(room({ others }), { mode: 'auto', viewers: 1 }).text).toBe('Begins in a moment.');
  });

  it('hosts read how many videos are reencoded', () => {
    const others = [person({ camera: aMedia({ reencoded: true }) }), person({ screen: aMedia({ reencoded: true }) })];
    expect(reencodingState(room({ others }), { mode: 'on' }).text).toBe('2 videos are reencoded now.');
  });

  it('hosts read that there is nothing to reencode yet', () => {
    const dark = { self: person({ camera: null }), others: [] };
    expect(reencodingState(room(dark), { mode: 'on' }).text).toBe('Waits for a camera or a screen.');
  });

  it('hosts read nothing about reencoding before the server has spoken', () => {
    expect(reencodingState(room({ reencoding: { ...fine, available: null } }), { mode: 'on' }).text).toBe('');
  });
});
