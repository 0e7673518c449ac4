import type { OutputCodec } from '../../core/reencoding/messages.ts';
import type { Engine } from './Engine.ts';

/** A grey VP8 keyframe of 32×32. */
const KEYFRAME = Buffer.from('MAIAnQEqIAAgAABHCIWFiJmEiAICAAeQ88nA/v9VIAA=', 'base64');
const PATIENCE_MS = 10_000;

/** Returns the outputs that really encode a picture. A library's own list is not always true. */
export async function workingOutputs(engine: Engine): Promise<OutputCodec[]> {
  const tried = await Promise.all(
    engine.outputs.map(async (output) => ((await works(engine, output)) ? [output] : [])),
  );
  return tried.flat();
}

async function works(engine: Engine, output: OutputCodec): Promise<boolean> {
  if (!engine.inputs.includes('VP8')) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PATIENCE_MS);
  const no = () => resolve(false);
  try {
    const transcoder = await engine.open({
      input: 'VP8',
      output,
      layers: [{ scaleDownBy: 1, bitrateBps: 100_000 }],
      listener: {
        encoded: ({ data }) => resolve(data.length > 0),
        resized: () => undefined,
        undecodable: no,
        failed: no,
      },
    });
    transcoder.push({ data: KEYFRAME, keyframe: true, timestamp: 0 }, [
      { encode: true, keyframe: true, bitrateBps: 100_000 },
    ]);
    return await promise.finally(() => transcoder.close());
  } catch {
    return false; // An engine that does not open does not work.
  } finally {
    clearTimeout(timer);
  }
}
