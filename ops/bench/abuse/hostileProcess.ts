import type { Tally } from './attackers.ts';
import { ATTACKS, type AttackName } from './attacks.ts';

/** This process is one hostile client: `hostileProcess.ts ATTACK URL SECONDS`. It sends its tally when it is done. */
const [, , attack = '', url = '', seconds = ''] = process.argv;
const tally: Tally = { tried: 0, stopped: 0, entered: 0 };
const until = performance.now() + 1_000 * Number(seconds);
const isOver = (): boolean => performance.now() >= until;

// What is still open then (a socket that nobody closes) ends with the process.
await ATTACKS[attack as AttackName](url, tally, isOver);
process.send?.(tally, () => process.exit(0));
