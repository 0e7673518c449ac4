import { describe, expect, it } from 'vitest';
import { Cancelled, describeError } from './describeError.ts';

const withCode = (code: string) => Object.assign(new Error('said by the server'), { code });

describe('describeError', () => {
  it('the description of a refusal says what to do', () => {
    expect(describeError(withCode('ROOM_FULL'))).toEqual({
      title: 'This meeting is full.',
      advice: 'Try again when somebody has left.',
    });
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
