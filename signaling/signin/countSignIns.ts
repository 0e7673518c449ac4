import { Counter, type Registry } from 'prom-client';

/** Why somebody did not get in: the page says it in their language. */
export type SignInFailure = 'unavailable' | 'refused' | 'late' | 'nameless' | 'invalid';

/** Returns what to call whenever somebody has signed in, or did not get in. */
export function countSignIns(registry: Registry): (outcome: 'OK' | SignInFailure) => void {
  const signIns = new Counter({
    name: 'everroom_sign_ins_total',
    help: 'Sign-ins with the identity provider by outcome (OK, or why not).',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (outcome) => signIns.inc({ outcome });
}
