import { supervisorState } from '../../kit/deployment/Deployment.ts';
import type { Fault } from './Fault.ts';
import { killServer } from './killServer.ts';

/**
 * SIGSTOP to the active server process: its sockets stay open and do not answer, while its workers go on forwarding.
 * The supervisor must notice, end it and activate the standby.
 */
export const freezeServer: Fault = {
  name: 'server frozen',
  breaksMedia: true,
  available: (deployment) => killServer.available(deployment),

  async inject(deployment) {
    const { serverPid } = await supervisorState(deployment);
    if (serverPid === null) throw new Error('there is no active server to freeze');
    const at = Date.now();
    process.kill(serverPid, 'SIGSTOP');
    return {
      at,
      what: `server process ${serverPid} frozen`,
      heal: () => Promise.resolve(),
      replaced: async () => {
        const now = await supervisorState(deployment);
        if (now.serverPid === null || now.serverPid === serverPid) return 'no other server is active';
        return killServer.available(deployment);
      },
    };
  },
};
