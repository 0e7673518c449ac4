import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineFailed } from '../Engine.ts';
import { bytesOfI420, type PictureSize } from '../pictureSize.ts';

/** Memory, where the system has this and lets us. */
const FOLDERS = ['/dev/shm', tmpdir()];

/**
 * A place for the last picture that a command decoded, as I420. It has no name, so the kernel frees it with the last process that has it
 * open, however that one ends; and it takes all its space at once, so that none is missing later.
 */
export class LastPicture implements PictureSize {
  readonly width: number;
  readonly height: number;
  /** For a command to inherit: it opens it anew as `/proc/self/fd/…` and writes from the beginning each time. */
  readonly descriptor: number;
  /** Whether there is a picture in it. */
  filled = false;

  /** @throws EngineFailed */
  constructor({ width, height }: PictureSize) {
    this.width = width;
    this.height = height;
    this.descriptor = openNameless(Buffer.alloc(bytesOfI420({ width, height })));
  }

  read(): Buffer {
    const picture = Buffer.allocUnsafeSlow(bytesOfI420(this));
    readSync(this.descriptor, picture, 0, picture.length, 0);
    return picture;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function openNameless(content: Buffer): number {
  let cause: unknown;
  for (const folder of FOLDERS) {
    try {
      return openNamelessIn(folder, content);
    } catch (error) {
      cause = error;
    }
  }
  throw new EngineFailed(`There is no space for a picture in ${FOLDERS.join(' or ')}`, { cause });
}

function openNamelessIn(folder: string, content: Buffer): number {
  const path = join(folder, `everroom-picture-${randomUUID()}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
    for (let at = 0; at < content.length; ) at += writeSync(descriptor, content, at);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
