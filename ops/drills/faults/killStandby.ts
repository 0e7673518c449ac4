import { supervisorState } from '../../kit/deployment/Deployment.ts';
import type { Fault } from './Fault.ts';
import { killServer } from './killServer.ts';

/** SIGKILL to the standby alone: the server goes on, nobody may notice, and another standby loads. */
export const killStandby: Fault = {
  name: 'standby alone',
  breaksMedia: false,
  available: (deployment) => killServer.available(deployment),

  async inject(deployment) {
    const { standbyPid } = await supervisorState(deployment);
    if (standbyPid === null) throw new Error('there is no standby to kill');
    const at = Date.now();
    process.kill(standbyPid, 'SIGKILL');
    return {
      at,
      what: `standby ${standbyPid} killed`,
      heal: () => Promise.resolve(),
      replaced: async () => {
        const now = await supervisorState(deployment);
        return now.standbyPid === standbyPid ? 'the dead standby is not replaced' : killServer.available(deployment);
      },
    };
  },
};
