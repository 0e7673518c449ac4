import { expect, it } from 'vitest';
import { ConnectionTest, type Probe, STEPS, toReport } from './ConnectionTest.ts';

const well: Probe = {
  signaling: async () => ({ ms: 40 }),
  udp: async () => ({ ms: 90, rttMs: 20 }),
  tcp: async () => ({ ms: 120, rttMs: 22 }),
  turn: async () => null,
  devices: async () => ({ camera: 'Webcam' }),
  change: async () => ({ longestGapMs: 280 }),
};

const statesOf = (test: ConnectionTest) => test.getSnapshot().steps.map(({ name, state }) => `${name} ${state}`);

it('all steps run one after another, and each is told as it goes', async () => {
  const test = new ConnectionTest(well);
  const running: string[] = [];
  test.subscribe(() => running.push(...test.getSnapshot().steps.flatMap((s) => (s.state === 'running' ? s.name : []))));
  await test.run();
  expect([...new Set(running)]).toEqual([...STEPS]);
  expect(statesOf(test)).toEqual([
    'signaling passed',
    'udp passed',
    'tcp passed',
    'turn skipped',
    'devices passed',
    'change passed',
  ]);
});

it('a step that fails does not keep the others from running', async () => {
  const udp = () => Promise.reject(Object.assign(new Error('no answer'), { code: 'BLOCKED' }));
  const test = new ConnectionTest({ ...well, udp });
  await test.run();
  expect(statesOf(test)).toContain('udp failed');
  expect(statesOf(test)).toContain('change passed');
  const report = JSON.parse(toReport(test.getSnapshot().steps, {}));
  expect(report.results[1]).toEqual({ step: 'udp', state: 'failed', problem: 'BLOCKED: no answer' });
});

it('without a server only the devices are tested', async () => {
  const never = () => Promise.reject(new Error('asked for nothing'));
  const test = new ConnectionTest({ ...well, signaling: never, udp: never, tcp: never, turn: never, change: never });
  await test.run();
  expect(statesOf(test)).toEqual([
    'signaling failed',
    'udp skipped',
    'tcp skipped',
    'turn skipped',
    'devices passed',
    'change skipped',
  ]);
});

it('a report has every step with what was found or what went wrong', async () => {
  const test = new ConnectionTest({ ...well, tcp: () => Promise.reject(new Error('closed')) });
  await test.run();
  const report = JSON.parse(toReport(test.getSnapshot().steps, { page: 'https://meet.example.org' }));
  expect(report).toMatchObject({ page: 'https://meet.example.org' });
  expect(report.results).toContainEqual({ step: 'tcp', state: 'failed', problem: 'Error: closed' });
  expect(report.results).toContainEqual({ step: 'udp', state: 'passed', ms: 90, rttMs: 20 });
});
