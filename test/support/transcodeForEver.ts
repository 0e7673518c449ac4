import { setInterval } from 'node:timers';
import { FfmpegEngine } from '../../reencoder/engines/ffmpeg/FfmpegEngine.ts';
import { codedVideo } from './codedVideo.ts';
import { EngineRun } from './EngineRun.ts';

/** A process of its own that reencodes until it is killed. Prints the pids of its helpers once they are at work. */
const run = await EngineRun.open(await FfmpegEngine.load(), { input: 'VP9' });
const video = await codedVideo({ codec: 'VP9', width: 320, height: 180, frames: 5 });
await run.pushAll(video);
let timestamp = video.at(-1)?.timestamp ?? 0;
await run.repeat(timestamp + 1);
process.stdout.write(JSON.stringify(run.transcoder.pids));
setInterval(() => {
  timestamp += 3_000;
  run.transcoder.repeat(timestamp, run.wishes());
}, 33);
