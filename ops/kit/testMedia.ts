import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import { PICTURE, type Picture } from './clients/picture.ts';

const SECONDS = 4;

/** Raw pictures that clients send in a loop. */
export interface TestMedia {
  /** I420 pictures one after the other: a moving test card. */
  readonly picturesPath: string;
  /** Their size and rate. */
  readonly picture: Picture;
}

export async function makeTestMedia(folder: string, picture: Picture = PICTURE): Promise<TestMedia> {
  await mkdir(folder, { recursive: true });
  const picturesPath = join(folder, 'pictures.yuv');
  const { width, height, framesPerSecond } = picture;
  await run(
    ffmpeg()
      .input(`testsrc2=size=${width}x${height}:rate=${framesPerSecond}:duration=${SECONDS}`)
      .inputFormat('lavfi')
      .outputOptions('-pix_fmt', 'yuv420p')
      .format('rawvideo'),
    picturesPath,
  );
  return { picturesPath, picture };
}

function run(command: ffmpeg.FfmpegCommand, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    command.on('end', () => resolve());
    command.on('error', (error) => reject(new Error(`ffmpeg could not make ${path}`, { cause: error })));
    command.save(path);
  });
}
