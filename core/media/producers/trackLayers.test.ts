import { expect, test } from 'vitest';
import { toTrackLayers } from './trackLayers.ts';

const codecs = [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }];

test('simulcast has an encoding for each spatial layer', () => {
  const encodings = [4, 2, 1].map((scaleResolutionDownBy) => ({ scaleResolutionDownBy, scalabilityMode: 'L1T3' }));
  expect(toTrackLayers('camera', { codecs, encodings })).toEqual({ heights: [180, 360, 720], temporalLayers: 3 });
});

test('each layer is half as high as the next where no scales are given', () => {
  expect(toTrackLayers('screen', { codecs, encodings: [{}, {}] })).toEqual({ heights: [540, 1080], temporalLayers: 1 });
});

test('SVC has one encoding with all layers', () => {
  const encodings = [{ scalabilityMode: 'L3T2_KEY' }];
  expect(toTrackLayers('camera', { codecs, encodings })).toEqual({ heights: [180, 360, 720], temporalLayers: 2 });
});

test('tracks with one layer, with a nonsense scale, and of audio get usable layers', () => {
  expect(toTrackLayers('camera', { codecs })).toEqual({ heights: [720], temporalLayers: 1 });
  const nonsense = { scaleResolutionDownBy: Number.NaN, dtx: false };
  expect(toTrackLayers('camera', { codecs, encodings: [nonsense] }).heights).toEqual([720]);
  expect(toTrackLayers('microphone', { codecs })).toEqual({ heights: [], temporalLayers: 1 });
});
