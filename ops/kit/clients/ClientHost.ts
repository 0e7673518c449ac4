import type { CallClient, CallCommands } from './bare/CallClient.ts';
import type { ClientCommands, DrillClient } from './DrillClient.ts';
import type { HostedClient } from './HostedClient.ts';

/** The two kinds of client: a participant of an Everroom, or of a call on bare mediasoup. */
export type ProbeName = 'drill' | 'call';

/** Where a client runs. */
export interface ClientHost extends HostedClient {
  /** Calls a function of the client's probe. Arguments and results are JSON. */
  call(method: string, args: readonly unknown[]): Promise<unknown>;
}

/** The host must run the probe `drill`. */
export function toDrillClient(host: ClientHost): DrillClient {
  const call = callerOf<ClientCommands>(host);
  return {
    ...partsOf(host),
    join: call('join'),
    status: call('status'),
    takeFrames: call('takeFrames'),
    takeSteps: call('takeSteps'),
    setMicrophoneMuted: call('setMicrophoneMuted'),
    hear: call('hear'),
    reencodeRoom: call('reencodeRoom'),
    startTraffic: call('startTraffic'),
    stopTraffic: call('stopTraffic'),
    roomView: call('roomView'),
    videoStats: call('videoStats'),
  };
}

/** The host must run the probe `call`. */
export function toCallClient(host: ClientHost): CallClient {
  const call = callerOf<CallCommands>(host);
  return {
    ...partsOf(host),
    join: call('join'),
    status: call('status'),
    takeFrames: call('takeFrames'),
    takeSteps: call('takeSteps'),
  };
}

function partsOf({ participantId, kind, reloads, close }: ClientHost): HostedClient {
  return { participantId, kind, reloads, close };
}

/** Forwards the commands to the probe, which implements them. JSON carries their arguments and results. */
function callerOf<Commands>(host: ClientHost) {
  return <M extends keyof Commands & string>(method: M): Commands[M] =>
    ((...args: readonly unknown[]) => host.call(method, args)) as Commands[M];
}
