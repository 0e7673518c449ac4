import { expect, it } from 'vitest';
import type { HotStandby } from '../../model/Meeting.ts';
import { isStandbyOn, standbyState } from './standbyState.ts';

const of = (choice: HotStandby['choice'], state: HotStandby['state']): HotStandby => ({ choice, state });

it('the switch shows the choice of the room, else what the server makes of it', () => {
  expect(isStandbyOn(of('on', 'forbidden'))).toBe(true);
  expect(isStandbyOn(of('off', 'off'))).toBe(false);
  expect(isStandbyOn(of('auto', 'off'))).toBe(false);
  expect(isStandbyOn(of('auto', 'nowhere'))).toBe(true);
});

it('a wish that cannot be had is said to be a problem', () => {
  const states = ['off', 'forbidden', 'nowhere', 'opening', 'ready'] as const;
  expect(states.filter((state) => standbyState(of('on', state)).isProblem)).toEqual(['forbidden', 'nowhere']);
  expect(standbyState(of('on', 'ready')).text).toBe('Your second place is ready.');
});
