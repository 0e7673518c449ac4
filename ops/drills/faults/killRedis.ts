import { supervisorState } from '../../kit/deployment/Deployment.ts';
import { isAlive } from '../../kit/deployment/processes.ts';
import type { Fault } from './Fault.ts';

/** SIGKILL to the embedded Redis: its supervisor starts it again with the data that had reached the disk. */
export const killRedis: Fault = {
  name: 'redis',
  breaksMedia: false,

  async available(deployment) {
    const { redisPid } = await supervisorState(deployment);
    return redisPid !== null && isAlive(redisPid) ? null : 'Redis is not a child of this supervisor';
  },

  async inject(deployment) {
    const { redisPid } = await supervisorState(deployment);
    if (redisPid === null) throw new Error('there is no Redis to kill');
    const at = Date.now();
    process.kill(redisPid, 'SIGKILL');
    return {
      at,
      what: `Redis ${redisPid} killed`,
      heal: () => Promise.resolve(),
      replaced: async () => {
        const now = await supervisorState(deployment);
        return now.redisPid !== null && now.redisPid !== redisPid ? null : 'Redis is not running again';
      },
    };
  },
};
