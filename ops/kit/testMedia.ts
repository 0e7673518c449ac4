import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import { PICTURE, type Picture } from './clients/picture.ts';

export const SAMPLE_RATE = 48_000;
const SECONDS = 4;

/** Raw media that clients send in a loop. */
export interface TestMedia {
  /** I420 pictures one after the other: a moving test card. */
  readonly picturesPath: string;
  /** Their size, and how many of them make a second. */
  readonly picture: Picture;
  /** Mono WAV of a steady tone, so that a stretch without sound is a fault and not a pause. */
  readonly tonePath: string;
}

export async function makeTestMedia(folder: string, picture: Picture = PICTURE): Promise<TestMedia> {
  await mkdir(folder, { recursive: true });
  const picturesPath = join(folder, 'pictures.yuv');
  const tonePath = join(folder, 'tone.wav');
  const { width, height, framesPerSecond } = picture;
  await Promise.all([
    run(
      ffmpeg()
        .input(`testsrc2=size=${width}x${height}:rate=${framesPerSecond}:duration=${SECONDS}`)
        .inputFormat('lavfi')
        .outputOptions('-pix_fmt', 'yuv420p')
        .format('rawvideo'),
      picturesPath,
    ),
    run(
      ffmpeg()
        .input(`sine=frequency=440:sample_rate=${SAMPLE_RATE}:duration=${SECONDS}`)
        .inputFormat('lavfi')
        .audioFilters('volume=2')
        .audioChannels(1)
        .audioCodec('pcm_s16le')
        .format('wav'),
      tonePath,
    ),
  ]);
  return { picturesPath, picture, tonePath };
}

function run(command: ffmpeg.FfmpegCommand, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    command.on('end', () => resolve());
    command.on('error', (error) => reject(new Error(`ffmpeg could not make ${path}`, { cause: error })));
    command.save(path);
  });
}
