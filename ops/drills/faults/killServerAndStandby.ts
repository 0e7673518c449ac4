import { supervisorState } from '../../kit/deployment/Deployment.ts';
import type { Fault } from './Fault.ts';
import { killServer } from './killServer.ts';

/** SIGKILL to the active server and to its standby: the next server starts from nothing. */
export const killServerAndStandby: Fault = {
  name: 'server and standby',
  breaksMedia: true,
  available: (deployment) => killServer.available(deployment),

  async inject(deployment) {
    const { standbyPid } = await supervisorState(deployment);
    if (standbyPid === null) throw new Error('there is no standby to kill');
    process.kill(standbyPid, 'SIGKILL');
    const { what, ...injected } = await killServer.inject(deployment);
    return { ...injected, what: `${what}, standby ${standbyPid} too` };
  },
};
