import { workingOutputs } from '../tryEngine.ts';
import { LibavEngine } from './LibavEngine.ts';

/**
 * Runs as a separate process, since a binary that does not fit this system may end the process that loads it. Prints
 * the outputs that work; exits with an error if node-av does not load.
 */
const outputs = await workingOutputs(await LibavEngine.load());
process.stdout.write(JSON.stringify(outputs), () => process.exit(0));
