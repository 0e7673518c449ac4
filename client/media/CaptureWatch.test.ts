import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CaptureWatch } from './CaptureWatch.ts';

class Capture extends EventTarget {
  muted = false;
  readonly kind: string;

  constructor(kind: string) {
    super();
    this.kind = kind;
  }

  interrupt(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

class Page extends EventTarget {
  hidden = false;

  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

function watched(kind = 'video') {
  const capture = new Capture(kind);
  const page = new Page();
  const seen: boolean[] = [];
  const device = { pictures: 0, flows: true, known: true };
  const watch: CaptureWatch = new CaptureWatch({
    // The parts of a MediaStreamTrack that are used.
    track: capture as unknown as MediaStreamTrack,
    page,
    pictures: async () => {
      if (!device.known) return null;
      if (device.flows) device.pictures += 10;
      return device.pictures;
    },
    changed: () => seen.push(watch.interrupted),
  });
  return { capture, page, seen, device, watch };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a device that the browser reports as mute is interrupted until it is not', async () => {
  const { capture, seen } = watched('audio');
  capture.interrupt(true);
  await vi.advanceTimersByTimeAsync(1_000);
  capture.interrupt(false);
  expect(seen).toEqual([true, false]);
});

it('a short silence of a device that is being set up does not count, except in a page that may be stopped', async () => {
  const { capture, page, seen } = watched();
  capture.interrupt(true);
  capture.interrupt(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen).toEqual([]);
  page.hide(true);
  capture.interrupt(true);
  expect(seen).toEqual([true]);
});

it('a camera whose pictures stop without a word is interrupted until they go on, also in a hidden page', async () => {
  const { page, seen, device } = watched();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(seen).toEqual([]);
  device.flows = false;
  await vi.advanceTimersByTimeAsync(1_100);
  expect(seen).toEqual([true]);
  device.flows = true;
  await vi.advanceTimersByTimeAsync(400);
  page.hide(true);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(seen).toEqual([true, false]);
  device.flows = false;
  await vi.advanceTimersByTimeAsync(1_100);
  expect(seen).toEqual([true, false, true]);
});

it('a camera whose pictures nobody can count is not taken for one that stands still', async () => {
  const { device, seen } = watched();
  device.known = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen).toEqual([]);
});
