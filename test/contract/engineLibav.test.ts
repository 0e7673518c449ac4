import { LibavEngine } from '../../reencoder/engines/libav/LibavEngine.ts';
import { describeEngine } from './engine.ts';

describeEngine(await LibavEngine.load());
