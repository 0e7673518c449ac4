import { describe, expect, it } from 'vitest';
import type { Person } from '../../model/Meeting.ts';
import { sortPeople } from './sortPeople.ts';

const base = {
  nameFixed: false,
  role: 'member',
  grants: { sources: [], chat: true, unmute: true },
  connected: true,
  quality: 3,
  camera: null,
  microphone: null,
  screen: null,
  screenAudio: null,
} as const;
const person = (name: string, handRaisedAt: number | null = null, isSelf = false): Person => {
  return { ...base, id: name, name, handRaisedAt, isSelf };
};

describe('sortPeople', () => {
  it('people with raised hands come first, then oneself, then the others by name', () => {
    const people = [person('Zoe'), person('Bo'), person('me', null, true), person('Late', 20), person('Early', 10)];
    expect(sortPeople(people).map(({ name }) => name)).toEqual(['Early', 'Late', 'me', 'Bo', 'Zoe']);
  });
});
