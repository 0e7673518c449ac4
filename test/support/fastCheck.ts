import fc from 'fast-check';
import { SEED } from './random.ts';

// A property that fails prints this seed; TEST_SEED repeats the run.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });

export { fc };
