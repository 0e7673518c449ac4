import { describe, expect, it } from 'vitest';
import { RequestRefused } from '../../client/index.ts';
import { Cancelled, describeError, retryAfterMsOf } from './describeError.ts';

const withCode = (code: string) => Object.assign(new Error('said by the server'), { code });

describe('describeError', () => {
  it('the description of a refusal says what to do', () => {
    expect(describeError(withCode('ROOM_FULL'))).toEqual({
      title: 'This meeting is full.',
      advice: 'Try again when somebody has left.',
    });
  });

  it('a full server says that the page waits, and a parked meeting for how long', () => {
    const refused = (code: 'FULL' | 'ROOM_PARKED') => new RequestRefused(code, 'said', undefined, 9_000);
    expect(describeError(refused('FULL'))?.title).toBe('Every server is full at the moment.');
    expect(describeError(refused('ROOM_PARKED'))?.advice).toContain('in 9 seconds');
    expect([retryAfterMsOf(refused('FULL')), retryAfterMsOf(new Error('x'))]).toEqual([9_000, null]);
  });

  it('errors of browsers about devices are described', () => {
    expect(describeError(new DOMException('', 'NotReadableError'))?.title).toBe('The device did not start.');
  });

  it('an unknown error has a description', () => {
    for (const error of [withCode('constructor'), withCode('NEW_CODE'), new Error('x'), 'text', undefined]) {
      expect(describeError(error)?.advice).toContain('reload');
    }
  });

  it('an action that the person called off has no description', () => {
    expect(describeError(new Cancelled())).toBeNull();
  });
});
