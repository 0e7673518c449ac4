import { availableParallelism, hostname, networkInterfaces, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The facts of the machine that defaults depend on. */
export interface Machine {
  readonly cores: number;
  readonly memoryMb: number;
  readonly name: string;
  /** All addresses of the machine, loopback included. */
  readonly addresses: readonly string[];
  /** The address by which others on the network know the machine, if it has one. */
  readonly networkAddress: string | undefined;
  /** Relative paths start here. */
  readonly folder: string;
}

export function thisMachine(): Machine {
  // Nobody outside knows the addresses of bridges for containers and virtual machines.
  const outside = Object.entries(networkInterfaces())
    .filter(([name]) => !/^(docker|br-|veth|virbr|vmnet|cni|flannel|tun|tap|utun)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal && !address.address.startsWith('169.254.'));
  return {
    cores: availableParallelism(),
    memoryMb: Math.floor(Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / (1 << 20)),
    name:
      hostname()
        .replace(/[^\w.-]/g, '-')
        .slice(0, 64) || 'everroom',
    addresses: Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
    networkAddress: outside?.address,
    folder: ROOT,
  };
}
