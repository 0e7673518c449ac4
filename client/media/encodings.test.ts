import { describe, expect, it } from 'vitest';
import { codecFor, codecOptionsFor, encodingsFor } from './encodings.ts';

describe('encodingsFor', () => {
  it.each([
    [1_080, [4, 2, 1]],
    [720, [4, 2, 1]],
    [540, [4, 2, 1]],
    [360, [2, 1]],
    [180, [1]],
  ])('a camera picture of %i lines is sent in these fractions, smallest first', (height, scales) => {
    const encodings = encodingsFor('camera', height, {});
    expect(encodings.map((encoding) => encoding.scaleResolutionDownBy)).toEqual(scales);
  });

  it('a smaller layer never takes more than a larger one', () => {
    for (const height of [1_080, 720, 540, 360]) {
      for (const maxBitrateBps of [undefined, 100_000]) {
        const options = maxBitrateBps === undefined ? {} : { maxBitrateBps };
        const rates = encodingsFor('camera', height, options).map((encoding) => encoding.maxBitrate ?? 0);
        expect(rates.toSorted((a, b) => a - b)).toEqual(rates);
      }
    }
  });

  it('a camera without simulcast has one encoding', () => {
    expect(encodingsFor('camera', 720, { simulcast: false })).toEqual([{ maxBitrate: 1_500_000, maxFramerate: 30 }]);
  });

  it('a shared screen keeps its full resolution in the upper of two layers', () => {
    expect(encodingsFor('screen', 1_440, {})).toMatchObject([
      { scaleResolutionDownBy: 2 },
      { scaleResolutionDownBy: 1 },
    ]);
  });
});

describe('encodingsFor a screen', () => {
  it('moving pictures keep all frames in the small layer too, text only some', () => {
    const frames = (content: 'detail' | 'motion') =>
      encodingsFor('screen', 1_080, { content }).map(({ maxFramerate }) => maxFramerate);
    expect(frames('detail')).toEqual([10, 30]);
    expect(frames('motion')).toEqual([30, 30]);
  });
});

describe('codecOptionsFor', () => {
  it('speech pauses in silence, music does not', () => {
    expect(codecOptionsFor('microphone', {})).toMatchObject({ opusDtx: true, opusFec: true, opusStereo: false });
    expect(codecOptionsFor('microphone', { music: true })).toMatchObject({ opusDtx: false, opusStereo: true });
    expect(codecOptionsFor('screenAudio', {})).toMatchObject({ opusDtx: false, opusStereo: true });
  });
});

describe('codecFor', () => {
  const vp8 = { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 96 } as const;
  const vp9 = { ...vp8, mimeType: 'video/VP9' } as const;

  it('a camera is sent as VP8 unless told otherwise', () => {
    expect(codecFor('camera', {}, { codecs: [vp9, vp8] })).toBe(vp8);
    expect(codecFor('camera', { videoCodec: 'vp9' }, { codecs: [vp9, vp8] })).toBe(vp9);
  });

  it('a device that lacks the wanted codec chooses another one', () => {
    expect(codecFor('camera', { videoCodec: 'av1' }, { codecs: [vp8] })).toBeUndefined();
  });
});
