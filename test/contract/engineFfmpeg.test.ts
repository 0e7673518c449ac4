import { FfmpegEngine } from '../../reencoder/engines/ffmpeg/FfmpegEngine.ts';
import { describeEngine } from './engine.ts';

describeEngine(await FfmpegEngine.load());
