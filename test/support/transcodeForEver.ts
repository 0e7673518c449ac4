import { setInterval } from 'node:timers';
import { FfmpegEngine } from '../../reencoder/engines/ffmpeg/FfmpegEngine.ts';
import { codedVideo } from './codedVideo.ts';
import { EngineRun } from './EngineRun.ts';

/** A separate process that reencodes until it is killed. Prints the pids of its helpers once they work. */
const layers = [2, 1].map((scaleDownBy) => ({ scaleDownBy, bitrateBps: 200_000 }));
const run = await EngineRun.open(await FfmpegEngine.load(), { layers });
const [keyframe] = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 1 });
if (!keyframe) throw new Error('There is no frame');
await run.pushAll([keyframe]);
process.stdout.write(JSON.stringify(run.transcoder.pids));
let { timestamp } = keyframe;
setInterval(() => {
  timestamp += 3_000;
  run.transcoder.push({ ...keyframe, timestamp }, run.wishes());
}, 33);
