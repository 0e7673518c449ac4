import { supervisorState } from '../../kit/deployment/Deployment.ts';
import { descendantsOf, isAlive } from '../../kit/deployment/processes.ts';
import type { Fault } from './Fault.ts';

/**
 * SIGKILL to the reencoder and all its processes: viewers must fall back to the sources; the supervisor starts another.
 */
export const killReencoder: Fault = {
  name: 'reencoder killed',
  breaksMedia: false,

  async available(deployment) {
    const { sidecarPid } = await supervisorState(deployment);
    return sidecarPid !== null && isAlive(sidecarPid) ? null : 'no reencoder runs';
  },

  async inject(deployment) {
    const { sidecarPid } = await supervisorState(deployment);
    if (sidecarPid === null) throw new Error('there is no reencoder to kill');
    const family = [sidecarPid, ...descendantsOf(sidecarPid)];
    const at = Date.now();
    for (const pid of family) process.kill(pid, 'SIGKILL');
    return {
      at,
      what: `reencoder ${sidecarPid} and its ${family.length - 1} processes killed`,
      heal: () => Promise.resolve(),
      replaced: async () => {
        const now = await supervisorState(deployment);
        return now.sidecarPid === null || now.sidecarPid === sidecarPid ? 'no other reencoder runs' : null;
      },
    };
  },
};
