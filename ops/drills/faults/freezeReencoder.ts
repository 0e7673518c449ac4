import { setTimeout as sleep } from 'node:timers/promises';
import { supervisorState } from '../../kit/deployment/Deployment.ts';
import { descendantsOf, isAlive } from '../../kit/deployment/processes.ts';
import type { Fault } from './Fault.ts';
import { killReencoder } from './killReencoder.ts';

/** SIGSTOP to the reencoder and all its processes for a while: its sockets stay open and send nothing. */
export function freezeReencoder(freezeMs: number): Fault {
  return {
    name: `reencoder frozen for ${freezeMs} ms`,
    breaksMedia: false,
    available: (deployment) => killReencoder.available(deployment),

    async inject(deployment) {
      const { sidecarPid } = await supervisorState(deployment);
      if (sidecarPid === null) throw new Error('there is no reencoder to freeze');
      const family = [sidecarPid, ...descendantsOf(sidecarPid)];
      const at = Date.now();
      for (const pid of family) process.kill(pid, 'SIGSTOP');
      const over = sleep(freezeMs).then(() => {
        for (const pid of family) if (isAlive(pid)) process.kill(pid, 'SIGCONT');
      });
      return {
        at,
        what: `reencoder ${sidecarPid} and its ${family.length - 1} processes frozen for ${freezeMs} ms`,
        heal: () => over,
        replaced: () => Promise.resolve(null),
      };
    },
  };
}
