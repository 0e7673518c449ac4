import { expect, it } from 'vitest';
import { type MicrophoneHint, MicrophoneJudge } from './MicrophoneJudge.ts';

type Level = (seconds: number) => number;

/** Returns the hints of so many seconds, five looks in each; only changes are kept. */
function hints(
  judge: MicrophoneJudge,
  seconds: number,
  on: boolean,
  level: Level,
  from = 0,
): (MicrophoneHint | null)[] {
  const seen: (MicrophoneHint | null)[] = [];
  for (let look = 0; look < seconds * 5; look += 1) {
    const levelDb = level(look / 5);
    const hint = judge.hear({ levelDb, peakDb: levelDb + 6, on, now: from + look * 200 });
    if (seen.at(-1) !== hint) seen.push(hint);
  }
  return seen;
}

const nothing: Level = () => -180;
const quietRoom: Level = () => -68;
const speech: Level = (seconds) => (seconds % 2 < 1.4 ? -24 : -58);
const fan: Level = (seconds) => -30 + Math.sin(seconds);

it('a microphone that gives nothing at all is noticed, a quiet room is not', () => {
  expect(hints(new MicrophoneJudge(), 20, true, nothing)).toEqual([null, 'silent']);
  expect(hints(new MicrophoneJudge(), 60, true, quietRoom)).toEqual([null]);
});

it('the silence ends with the first sound, and one that is off is never silent', () => {
  const judge = new MicrophoneJudge();
  hints(judge, 20, true, nothing);
  expect(hints(judge, 5, true, speech, 20_000)).toEqual([null]);
  expect(hints(new MicrophoneJudge(), 20, false, nothing)).toEqual([null]);
});

it('somebody who talks while muted is told so, for a while; noises and a loud room are no voice', () => {
  const judge = new MicrophoneJudge();
  expect(hints(judge, 4, false, speech)).toEqual([null, 'talkingMuted']);
  expect(hints(judge, 20, false, quietRoom, 4_000)).toEqual(['talkingMuted', null]);
  const knock: Level = (seconds) => (seconds % 5 < 0.2 ? -20 : -60);
  expect(hints(new MicrophoneJudge(), 30, false, knock)).toEqual([null]);
});

it('what was said before a mute is no talk while muted', () => {
  const judge = new MicrophoneJudge();
  hints(judge, 10, true, speech);
  expect(hints(judge, 5, false, quietRoom, 10_000)).toEqual([null]);
});

it('a room that is never quiet is noisy, somebody who speaks for long is not', () => {
  expect(hints(new MicrophoneJudge(), 30, true, fan)).toEqual([null, 'noisy']);
  expect(hints(new MicrophoneJudge(), 60, true, speech)).toEqual([null]);
});

it('a page that was stopped for a while judges from its return on', () => {
  const judge = new MicrophoneJudge();
  hints(judge, 5, true, nothing);
  expect(hints(judge, 5, true, nothing, 60_000)).toEqual([null]);
});
