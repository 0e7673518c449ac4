import { describe, expect, it } from 'vitest';
import { Cancelled, describeError } from './describeError.ts';

const withCode = (code: string) => Object.assign(new Error('said by the server'), { code });

describe('describeError', () => {
  it('says what to do about a refusal', () => {
    expect(describeError(withCode('ROOM_FULL'))).toEqual({
      title: 'This meeting is full.',
      advice: 'Try again when somebody has left.',
    });
  });

  it('knows what browsers say about devices', () => {
    expect(describeError(new DOMException('', 'NotReadableError'))?.title).toBe('The device did not start.');
  });

  it('has an answer to what it does not know', () => {
    for (const error of [withCode('constructor'), withCode('NEW_CODE'), new Error('x'), 'text', undefined]) {
      expect(describeError(error)?.advice).toContain('reload');
    }
  });

  it('says nothing about what the person called off', () => {
    expect(describeError(new Cancelled())).toBeNull();
  });
});
