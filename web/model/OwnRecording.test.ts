import { beforeEach, expect, it, vi } from 'vitest';
import type { MeetingSnapshot } from './Meeting.ts';
import { OwnRecording } from './OwnRecording.ts';

vi.stubGlobal('addEventListener', () => undefined);
vi.stubGlobal('removeEventListener', () => undefined);

/** A meeting of one person, the room's side of it, and what happened in order. */
function scene({ refused = false } = {}) {
  const steps: string[] = [];
  const notices: string[] = [];
  let snapshot = { self: { id: 'me', recordingSince: null }, ended: null } as unknown as MeetingSnapshot;
  const recorder = {
    ...{ name: '7~x.webm', begunAt: 7, onProblem: (_: 'full' | 'failed'): void => undefined },
    start: () => void steps.push('start'),
    stop: async () => void steps.push('stop'),
  };
  const recording = new OwnRecording(
    { subscribe: () => () => undefined, getSnapshot: () => snapshot },
    {
      beginRecording: async () => {
        steps.push('begin');
        if (refused) throw Object.assign(new Error('no'), { code: 'NOT_GRANTED' });
      },
      endRecording: async (id) => void steps.push(`end ${id}`),
      setRecordingAllowed: async () => undefined,
    },
    { say: ({ title }) => void notices.push(title), changed: () => undefined, open: async () => recorder },
  );
  const see = (recordingSince: number | null, ended: MeetingSnapshot['ended'] = null) => {
    snapshot = { ...snapshot, self: { ...snapshot.self, recordingSince }, ended };
    recording.follow(snapshot);
  };
  return { recording, recorder, steps, notices, see };
}

let my: ReturnType<typeof scene>;
beforeEach(() => {
  my = scene();
});

it('the room knows of a recording before it begins and until it is complete', async () => {
  await my.recording.actions.begin();
  expect(my.recording.state).toEqual({ step: 'running', since: 7 });
  my.see(7);
  await my.recording.actions.end();
  expect(my.steps).toEqual(['begin', 'start', 'stop', 'end me']);
  my.see(null);
  expect(my.recording.state).toEqual({ step: 'kept', name: '7~x.webm' });
  my.recording.actions.dismiss();
  expect(my.recording.state).toEqual({ step: 'none' });
});

it('nothing is recorded where the room says no', async () => {
  my = scene({ refused: true });
  await expect(my.recording.actions.begin()).rejects.toThrow('no');
  expect(my.steps).toEqual(['begin', 'stop']);
  expect(my.recording.state).toEqual({ step: 'none' });
});

it('a recording stops when a host ends it, and not because the room has not shown it yet', async () => {
  await my.recording.actions.begin();
  my.see(null);
  expect(my.recording.state.step).toBe('running');
  my.see(7);
  my.see(null);
  await vi.waitFor(() => expect(my.recording.state.step).toBe('kept'));
  expect(my.steps).toEqual(['begin', 'start', 'stop']);
  expect(my.notices).toEqual(['A host ended your recording.']);
});

it('it is complete when the meeting is over, or the browser has no more space', async () => {
  await my.recording.actions.begin();
  my.see(7, 'left');
  await vi.waitFor(() => expect(my.recording.state.step).toBe('kept'));
  expect(my.steps).toEqual(['begin', 'start', 'stop']);

  my = scene();
  await my.recording.actions.begin();
  my.see(7);
  my.recorder.onProblem('full');
  await vi.waitFor(() => expect(my.steps).toEqual(['begin', 'start', 'stop', 'end me']));
  expect(my.notices).toEqual(['Your recording has ended: there is no more space.']);
});

it('a page that comes back without its recorder takes its mark back once', () => {
  my.see(3);
  my.see(3);
  expect(my.steps).toEqual(['end me']);
});
