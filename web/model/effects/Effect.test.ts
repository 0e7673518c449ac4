import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Effect, type EffectReports, type OpenedEffect } from './Effect.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An effect whose opening the test decides, and a sender that takes and leaves the processor with a delay. */
function scene(wanted = true) {
  const notes: string[] = [];
  const openings: {
    readonly reports: EffectReports;
    readonly works: () => void;
    readonly fails: () => void;
  }[] = [];
  let sent = 'device';
  const open = (reports: EffectReports) =>
    new Promise<OpenedEffect>((resolve, reject) => {
      const id = `effect ${openings.length + 1}`;
      const output = { id } as MediaStreamTrack;
      const close = () => notes.push(`${id} closed while others get ${sent}`);
      const opened = { output, setInput: () => undefined, close };
      openings.push({ reports, works: () => resolve(opened), fails: () => reject(new Error('no')) });
    });
  const effect: Effect = new Effect(wanted, open, async () => {
    const { processor } = effect;
    await Promise.resolve();
    sent = processor?.output.id ?? 'device';
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { effect, openings, notes, settle, sent: () => sent };
}

it('opens when it is wanted and used, and others get what it makes until just before it closes', async () => {
  const { effect, openings, notes, settle, sent } = scene();
  expect(openings).toHaveLength(0);
  effect.use(true);
  expect([effect.state.on, sent()]).toEqual([false, 'device']);
  openings[0]?.works();
  await effect.settled;
  expect([effect.state.on, sent()]).toEqual([true, 'effect 1']);
  effect.want(false);
  await settle();
  expect([effect.state, sent(), notes]).toEqual([
    { wanted: false, on: false, problem: null },
    'device',
    ['effect 1 closed while others get device'],
  ]);
});

it('stays wanted over a time in which nobody uses it', async () => {
  const { effect, openings, settle, sent } = scene();
  effect.use(true);
  openings[0]?.works();
  await effect.settled;
  effect.use(false);
  await settle();
  effect.use(true);
  openings[1]?.works();
  await effect.settled;
  expect([effect.state.wanted, sent(), openings.length]).toEqual([true, 'effect 2', 2]);
});

it('one that opens after it was turned off, and on again, is closed and not heard', async () => {
  const { effect, openings, notes, settle, sent } = scene();
  effect.use(true);
  effect.want(false);
  effect.want(true);
  openings[0]?.works();
  openings[0]?.reports.failed(new Error('too late'));
  await settle();
  expect([effect.state, notes]).toEqual([
    { wanted: true, on: false, problem: null },
    ['effect 1 closed while others get device'],
  ]);
  openings[1]?.works();
  await effect.settled;
  expect(sent()).toBe('effect 2');
});

it.each(['loading', 'working'])('says that it failed while %s, and the device is sent as it is', async (when) => {
  const { effect, openings, settle, sent } = scene();
  effect.use(true);
  if (when === 'loading') openings[0]?.fails();
  else {
    openings[0]?.works();
    await effect.settled;
    openings[0]?.reports.failed(new Error('broke'));
  }
  await settle();
  expect([effect.state, sent()]).toEqual([{ wanted: false, on: false, problem: 'failed' }, 'device']);
  effect.want(true);
  expect([effect.state.problem, openings.length]).toEqual([null, 2]);
});

it('switches itself off when the device is too slow for it', async () => {
  const { effect, openings, notes, sent } = scene();
  effect.use(true);
  openings[0]?.works();
  await effect.settled;
  for (let picture = 0; picture < 100 && effect.state.on; picture += 1) {
    await vi.advanceTimersByTimeAsync(60);
    openings[0]?.reports.took(1.8);
  }
  await vi.advanceTimersByTimeAsync(0);
  expect([effect.state, sent(), notes]).toEqual([
    { wanted: false, on: false, problem: 'slow' },
    'device',
    ['effect 1 closed while others get device'],
  ]);
});

it('steps aside while it cannot work, and comes back', async () => {
  const { effect, openings, settle, sent } = scene();
  effect.use(true);
  openings[0]?.works();
  await effect.settled;
  openings[0]?.reports.usable(false);
  await settle();
  expect([effect.state.wanted, sent()]).toEqual([true, 'device']);
  openings[0]?.reports.usable(true);
  await settle();
  expect(sent()).toBe('effect 1');
});
