import { ROOT } from '../run/machine.ts';
import { ask } from './ask.ts';

/** `everroom upgrade`, run by the checkout that takes over. */
process.exitCode = await ask(
  { type: 'upgrade', checkout: ROOT, node: process.execPath, ifOther: false },
  'Everroom ended before it could hand over.',
);
