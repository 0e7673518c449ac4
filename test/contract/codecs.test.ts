import { describe, expect, test } from 'vitest';
import type { InputCodec } from '../../core/reencoding/messages.ts';
import { FlvReader } from '../../reencoder/codecs/flv.ts';
import { IvfReader, ivfFrame, ivfHeader } from '../../reencoder/codecs/ivf.ts';
import { formatOfKeyframe } from '../../reencoder/codecs/keyframeFormat.ts';
import { codedVideo } from '../support/codedVideo.ts';
import { fc } from '../support/fastCheck.ts';

const CODECS: readonly InputCodec[] = ['VP8', 'VP9', 'H264'];

describe.each(CODECS)('keyframes of %s', (codec) => {
  test.each([
    [320, 180],
    [642, 362],
    [1920, 1080],
  ])(`a ${codec} keyframe of %d×%d has the same format each time, and not another size's`, async (width, height) => {
    const video = await codedVideo({ codec, width, height, frames: 4, gop: 2 });
    const [first, delta, second] = video.map(({ data }) => formatOfKeyframe(codec, data));
    expect(first?.size).toEqual(codec === 'H264' ? null : { width, height });
    expect(delta).toBeNull();
    expect(second).toEqual(first);
    const [other] = await codedVideo({ codec, width: 160, height: 90, frames: 1 });
    expect(formatOfKeyframe(codec, other?.data ?? Buffer.alloc(0))?.id).not.toBe(first?.id);
  });

  test(`arbitrary bytes have no format of a ${codec} keyframe, or one with a size`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const format = formatOfKeyframe(codec, Buffer.from(bytes));
        return format === null || codec === 'H264' || format.size !== null;
      }),
    );
  });
});

describe('IVF', () => {
  test.each(['VP8', 'VP9'] as const)('IVF of %s gives the same frames in pieces of any size', async (codec) => {
    const video = await codedVideo({ codec, width: 320, height: 180, frames: 6, gop: 3 });
    const file = Buffer.concat([
      ivfHeader(codec, { width: 320, height: 180 }, 1_000),
      ...video.map(({ data }, index) => ivfFrame(data, index * 33)),
    ]);
    const expected = video.map(({ data, keyframe }, index) => ({
      data,
      keyframe,
      time: index * 33,
      width: 320,
      height: 180,
    }));
    fc.assert(
      fc.property(fc.array(fc.nat(file.length), { maxLength: 40 }), (cuts) => {
        const reader = new IvfReader();
        expect(piecesOf(file, cuts).flatMap((piece) => reader.push(piece))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

test('FLV without a picture gives no frames', () => {
  const header = Buffer.from('464c56010100000009', 'hex');
  const soundTag = Buffer.from('0000000008000001000000000000000a', 'hex');
  fc.assert(
    fc.property(fc.array(fc.nat(25), { maxLength: 8 }), (cuts) => {
      const reader = new FlvReader();
      expect(piecesOf(Buffer.concat([header, soundTag]), cuts).flatMap((piece) => reader.push(piece))).toEqual([]);
    }),
  );
});

function piecesOf(file: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.toSorted((a, b) => a - b), file.length];
  return ends.map((end, index) => file.subarray(ends[index - 1] ?? 0, end));
}
