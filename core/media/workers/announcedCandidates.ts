import type { IceCandidate } from '../rtpTypes.ts';

/** A socket of a worker, and the addresses by which clients reach it. */
export interface MediaListen {
  readonly ip: string;
  /** The address that clients are told in place of `ip`. */
  readonly announcedAddress?: string;
  /** The port that leads to the first media port, by default that one itself; the next ones lead to the next ones. */
  readonly announcedPort?: number;
  /** Further addresses that lead to the same socket. */
  readonly also?: readonly { readonly address: string; readonly port?: number }[];
}

/**
 * Returns the candidates for clients: mediasoup knows one address for each socket and the bound port alone. `basePort`
 * is the first media port. What comes first in the settings is preferred.
 */
export function announcedCandidates(
  bound: readonly IceCandidate[],
  listen: readonly MediaListen[],
  basePort: number,
): IceCandidate[] {
  const announced = listen.flatMap(({ ip, announcedAddress, announcedPort, also = [] }) => {
    const first = announcedAddress ?? ip;
    const ways = [{ address: first, port: announcedPort }, ...also];
    return ways.flatMap(({ address, port }) =>
      bound
        .filter((candidate) => candidate.address === first)
        .map((candidate) => ({
          ...candidate,
          ip: address,
          address,
          port: port === undefined ? candidate.port : port + candidate.port - basePort,
        })),
    );
  });
  // Chromium checks pairs of equal priority in no certain order.
  return announced.map((candidate, place) => ({ ...candidate, priority: candidate.priority - place }));
}
