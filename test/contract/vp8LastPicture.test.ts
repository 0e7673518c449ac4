import { describe, expect, test } from 'vitest';
import { BoolDecoder, BoolEncoder } from '../../reencoder/engines/ffmpeg/vp8/boolCoder.ts';
import { frameThatShows } from '../../reencoder/engines/ffmpeg/vp8/frameThatShows.ts';
import {
  REFERENCES,
  type Reference,
  readVp8Frame,
  type Update,
} from '../../reencoder/engines/ffmpeg/vp8/references.ts';
import { Vp8LastPicture } from '../../reencoder/engines/ffmpeg/vp8/Vp8LastPicture.ts';
import type { CodedFrame } from '../../reencoder/frames.ts';
import { codedVideo, decodedPixels } from '../support/codedVideo.ts';

const SIZE = { width: 332, height: 188 };
const FRAMES = 48;

const TEMPORAL_LAYERS = [
  'ts_number_layers=3:ts_target_bitrate=100,250,400:ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2',
  'ts_layering_mode=3',
].join(':');

/** Streams as different encoders make them. */
const STREAMS = {
  'one after the other, golden pictures, keyframes': ['-cpu-used', '4', '-g', '20', '-b:v', '300k'],
  'segments, several partitions, other filters': ['-error-resilient', '1', '-slices', '4', '-profile:v', '2'],
  'temporal layers: frames that nothing refers to': ['-error-resilient', '1', '-ts-parameters', TEMPORAL_LAYERS],
} satisfies Record<string, readonly string[]>;

describe.each(Object.entries(STREAMS))('%s', (_, encoding) => {
  test('each picture comes again as it was, and those after it too', async () => {
    const video = await codedVideo({ codec: 'VP8', ...SIZE, frames: FRAMES, content: 'motion', encoding });
    const lastPicture = new Vp8LastPicture(SIZE);
    const frames: { data: Buffer }[] = [];
    const expected: number[] = [];
    for (const [index, frame] of video.entries()) {
      lastPicture.follow(frame.data);
      frames.push(frame);
      expected.push(index);
      for (let times = index % 3; times > 0; times--) {
        frames.push({ data: repeatOf(lastPicture) });
        expected.push(index);
      }
    }
    await expectPictures(video, frames, expected);
  });

  test('each reference can be shown', async () => {
    const video = await codedVideo({ codec: 'VP8', ...SIZE, frames: FRAMES, content: 'motion', encoding });
    let references: Readonly<Record<Reference, number>> = { last: 0, golden: 0, altref: 0 };
    const frames: { data: Buffer }[] = [];
    const expected: number[] = [];
    for (const [index, frame] of video.entries()) {
      const header = readVp8Frame(frame.data);
      const { last, golden, altref } = header.updates;
      const numberOf = (update: Update): number => (update === 'picture' ? index : references[update]);
      references = { last: numberOf(last), golden: numberOf(golden), altref: numberOf(altref) };
      frames.push(frame, ...REFERENCES.map((reference) => ({ data: frameThatShows(reference, SIZE, header) })));
      expected.push(index, ...REFERENCES.map((reference) => references[reference]));
    }
    await expectPictures(video, frames, expected);
  });
});

/** `expected`: which of the video's pictures each frame shows. */
async function expectPictures(
  video: readonly CodedFrame[],
  frames: readonly { data: Buffer }[],
  expected: readonly number[],
): Promise<void> {
  const plain = await decodedPixels('VP8', SIZE, video);
  const seen = await decodedPixels('VP8', SIZE, frames);
  expect(plain).toHaveLength(FRAMES);
  expect(seen).toHaveLength(expected.length);
  const different = expected.filter((index, place) => !seen[place]?.equals(plain[index] ?? Buffer.alloc(0)));
  expect(different).toEqual([]);
}

test('the streams are as different as they say', async () => {
  const kinds = await Promise.all(
    Object.values(STREAMS).map(async (encoding) => {
      const video = await codedVideo({ codec: 'VP8', ...SIZE, frames: FRAMES, content: 'motion', encoding });
      return video.map(({ data }) => readVp8Frame(data));
    }),
  );
  const [first = [], second = [], third = []] = kinds;
  expect(first.some(({ updates }) => updates.golden === 'picture' && updates.altref === 'golden')).toBe(true);
  expect(second.every(({ version, segmented }) => version === 2 && segmented)).toBe(true);
  expect(third.some(({ updates }) => updates.last === 'last' && updates.golden === 'picture')).toBe(true);
  expect(third.some(({ updates }) => updates.last === 'last' && updates.golden === 'golden')).toBe(true);
});

test('there is nothing to repeat before the first frame, nor when nothing has the last picture any more', async () => {
  const lastPicture = new Vp8LastPicture(SIZE);
  expect(lastPicture.repeat()).toBeNull();
  const [keyframe, ...others] = await codedVideo({ codec: 'VP8', ...SIZE, frames: 3, content: 'motion' });
  lastPicture.follow(hidden(keyframe));
  expect(lastPicture.repeat()).toBeNull();
  for (const frame of others) lastPicture.follow(frame.data);
  expect(lastPicture.repeat()).not.toBeNull();
  lastPicture.follow(hidden(others[0]));
  expect(lastPicture.repeat()).toBeNull();
});

test('whatever comes, reading it ends', () => {
  for (let length = 0; length < 2_000; length++) {
    const data = Buffer.from(Array.from({ length: length % 80 }, () => Math.floor(Math.random() * 256)));
    const lastPicture = new Vp8LastPicture(SIZE);
    lastPicture.follow(data);
    lastPicture.repeat();
  }
});

test('what is coded is read again', () => {
  const bits = Array.from({ length: 20_000 }, (_, index) => ({
    probability: 1 + ((index * 7_919) % 255),
    bit: Math.random() * 256 < (index * 7_919) % 255 ? 0 : 1,
  }));
  const encoder = new BoolEncoder();
  for (const { bit, probability } of bits) encoder.bit(bit === 1 ? 1 : 0, probability);
  const decoder = new BoolDecoder(encoder.finish());
  expect(bits.filter(({ bit, probability }) => decoder.bit(probability) !== bit)).toEqual([]);
});

function repeatOf(lastPicture: Vp8LastPicture): Buffer {
  const repeat = lastPicture.repeat();
  if (repeat === null) throw new Error('There is nothing to repeat');
  return repeat;
}

/** The same frame with `show_frame` cleared. */
function hidden(frame: CodedFrame | undefined): Buffer {
  if (!frame) throw new Error('There is no such frame');
  const data = Buffer.from(frame.data);
  data[0] = (data[0] ?? 0) & ~0x10;
  return data;
}
