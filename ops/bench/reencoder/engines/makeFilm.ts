import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IvfReader, type StoredFrame } from '../../../../reencoder/codecs/ivf.ts';

export const FILM = { width: 1_280, height: 720, framesPerSecond: 30, seconds: 8, bitrateBps: 1_500_000 } as const;

/** Makes VP8 like a browser's encoder for a camera: real time, one keyframe at the start. */
export async function makeFilm(folder: string): Promise<StoredFrame[]> {
  const path = join(folder, 'film.ivf');
  const { width, height, framesPerSecond, seconds, bitrateBps } = FILM;
  await promisify(execFile)('ffmpeg', [
    ...[
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `testsrc2=size=${width}x${height}:rate=${framesPerSecond}:duration=${seconds}`,
    ],
    ...['-pix_fmt', 'yuv420p', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0'],
    ...['-b:v', String(bitrateBps), '-minrate', String(bitrateBps), '-maxrate', String(bitrateBps), '-g', '9999', path],
  ]);
  const frames = new IvfReader().push(await readFile(path));
  if (frames.length !== framesPerSecond * seconds || !frames[0]?.keyframe) throw new Error(`${path} is no film`);
  return frames;
}
