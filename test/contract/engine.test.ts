import { FfmpegEngine } from '../../reencoder/engines/ffmpeg/FfmpegEngine.ts';
import { LibavEngine } from '../../reencoder/engines/libav/LibavEngine.ts';
import { describeEngine } from './engine.ts';

describeEngine(await LibavEngine.load());
describeEngine(await FfmpegEngine.load());
