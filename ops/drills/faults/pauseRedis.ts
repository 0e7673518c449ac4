import { setTimeout as sleep } from 'node:timers/promises';
import { supervisorState } from '../../kit/deployment/Deployment.ts';
import { isAlive } from '../../kit/deployment/processes.ts';
import type { Fault } from './Fault.ts';

/** SIGSTOP to Redis for a while: its connections stay open and do not answer. */
export function pauseRedis(pauseMs: number): Fault {
  return {
    name: `redis paused for ${pauseMs} ms`,
    breaksMedia: false,

    async available(deployment) {
      const { redisPid } = await supervisorState(deployment);
      return redisPid !== null && isAlive(redisPid) ? null : 'Redis is not a child of this supervisor';
    },

    async inject(deployment) {
      const { redisPid } = await supervisorState(deployment);
      if (redisPid === null) throw new Error('there is no Redis to pause');
      const at = Date.now();
      process.kill(redisPid, 'SIGSTOP');
      const over = sleep(pauseMs).then(() => {
        if (isAlive(redisPid)) process.kill(redisPid, 'SIGCONT');
      });
      return { at, what: `Redis ${redisPid} paused`, heal: () => over, replaced: () => Promise.resolve(null) };
    },
  };
}
