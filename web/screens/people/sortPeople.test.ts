import { describe, expect, it } from 'vitest';
import { aPerson } from '../../model/peopleForTests.ts';
import { sortPeople } from './sortPeople.ts';

const person = (name: string, handRaisedAt: number | null = null, isSelf = false) => {
  return aPerson(name, { handRaisedAt, isSelf });
};

describe('sortPeople', () => {
  it('people with raised hands come first, then oneself, then the others by name', () => {
    const people = [person('Zoe'), person('Bo'), person('me', null, true), person('Late', 20), person('Early', 10)];
    expect(sortPeople(people).map(({ name }) => name)).toEqual(['Early', 'Late', 'me', 'Bo', 'Zoe']);
  });
});
