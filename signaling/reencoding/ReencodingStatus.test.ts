import { expect, test } from 'vitest';
import type { SidecarInfo } from '../../core/reencoding/ports.ts';
import { availabilityOf } from './ReencodingStatus.ts';

function sidecar(change: Partial<SidecarInfo> = {}): SidecarInfo {
  return {
    sidecarId: 'one',
    name: 'one',
    startedAt: 1,
    draining: false,
    engine: 'libav',
    outputs: ['VP8'],
    reason: null,
    tracks: 0,
    capacity: 4,
    ...change,
  };
}

const noEngine = sidecar({ engine: null, reason: 'Neither node-av nor ffmpeg is there. Install ffmpeg.', capacity: 0 });

test('a sidecar with an engine that is not draining makes reencoding available', () => {
  expect(availabilityOf([noEngine, sidecar()])).toEqual({ available: true, hindrance: null, reason: null });
});

test('the reason says what to start if no sidecar runs', () => {
  expect(availabilityOf([])).toEqual({
    available: false,
    hindrance: 'noneRuns',
    reason: expect.stringContaining('npm run reencoder'),
  });
});

test('the reason comes from the sidecar if no engine works', () => {
  expect(availabilityOf([noEngine])).toEqual({ available: false, hindrance: 'noEngine', reason: noEngine.reason });
});

test('a draining sidecar takes no more tracks', () => {
  expect(availabilityOf([sidecar({ draining: true })])).toEqual({
    available: false,
    hindrance: 'stopping',
    reason: expect.stringContaining('being stopped'),
  });
});

test('tracks wait while all sidecars are full, and people hear of it', () => {
  expect(availabilityOf([sidecar({ tracks: 4 })])).toEqual({
    available: true,
    hindrance: 'allBusy',
    reason: expect.stringContaining('wait'),
  });
});
