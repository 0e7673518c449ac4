import { supervisorState } from '../../kit/deployment/Deployment.ts';
import { childrenOf } from '../../kit/deployment/processes.ts';
import type { Fault } from './Fault.ts';

/** SIGKILL to the active server process: its workers die with it, and the supervisor activates the standby. */
export const killServer: Fault = {
  name: 'server',
  breaksMedia: true,

  async available(deployment) {
    const { serverPid, standbyPid, url } = await supervisorState(deployment);
    if (serverPid === null || url === null) return 'there is no active server';
    if (standbyPid === null) return 'there is no standby';
    const [active, standby] = [serverPid, standbyPid].map((pid) => childrenOf(pid, 'mediasoup-worker').length);
    return active === standby ? null : `the standby has ${standby} of ${active} workers`;
  },

  async inject(deployment) {
    const { serverPid } = await supervisorState(deployment);
    if (serverPid === null) throw new Error('there is no active server to kill');
    const at = Date.now();
    process.kill(serverPid, 'SIGKILL');
    return {
      at,
      what: `server process ${serverPid} killed`,
      heal: () => Promise.resolve(),
      replaced: async () => {
        const now = await supervisorState(deployment);
        if (now.serverPid === null || now.serverPid === serverPid) return 'no other server is active';
        return killServer.available(deployment);
      },
    };
  },
};
