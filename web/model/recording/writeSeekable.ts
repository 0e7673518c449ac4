import {
  BlobSource,
  Conversion,
  Input,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  Output,
  StreamTarget,
  WEBM,
  WebMOutputFormat,
} from 'mediabunny';
import type { Container } from './recordingName.ts';

export interface Part {
  readonly type: 'write';
  readonly data: Uint8Array<ArrayBuffer>;
  readonly position: number;
}

/**
 * Writes a recording anew with its length and an index; pictures and sound are copied as they are. A torn end is left
 * out.
 * @throws Error if the file cannot be read
 */
export async function writeSeekable(
  recording: Blob,
  container: Container,
  write: (part: Part) => Promise<void>,
): Promise<void> {
  const input = new Input({ source: new BlobSource(recording), formats: [WEBM, MATROSKA, MP4] });
  const output = new Output({
    format: container === 'mp4' ? new Mp4OutputFormat({ fastStart: false }) : new WebMOutputFormat(),
    target: new StreamTarget(new WritableStream<Part>({ write }), { chunked: true }),
  });
  try {
    const conversion = await Conversion.init({ input, output, showWarnings: false });
    if (!conversion.isValid || conversion.discardedTracks.length > 0) throw new Error('not all tracks can be copied');
    await conversion.execute();
  } finally {
    input.dispose();
  }
}
