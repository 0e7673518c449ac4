import { dirname } from 'node:path';
import { supervisorState } from '../../kit/deployment/Deployment.ts';
import { privateSocket } from '../../run/privateSocket.ts';
import { askSupervisor } from '../../run/supervision/control.ts';
import { upgradeRequest } from '../../run/supervision/upgradeRequest.ts';
import type { Fault } from './Fault.ts';
import { killServer } from './killServer.ts';

/** `everroom upgrade` to this checkout: a new server starts beside the active one and takes its people over. */
export const upgradeServers: Fault = {
  name: 'upgrade',
  breaksMedia: false,
  available: killServer.available,

  async inject(deployment) {
    const { serverPid } = await supervisorState(deployment);
    const control = privateSocket(dirname(dirname(deployment.stateFile)), 'control');
    const request = upgradeRequest(false);
    const at = Date.now();
    await askSupervisor(control, request, () => undefined);
    return {
      at,
      what: `server process ${serverPid} handed over to another one and ended in ${Date.now() - at} ms`,
      heal: () => Promise.resolve(),
      replaced: async () => {
        const now = await supervisorState(deployment);
        if (now.serverPid === serverPid) return 'the old server is still there';
        return killServer.available(deployment);
      },
    };
  },
};
