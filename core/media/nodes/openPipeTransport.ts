import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';
import type { PipeAddress } from './messages.ts';

/** Where this node takes media from other nodes. */
export interface PipeListen {
  /** The IP address that they send to. If it is none of this machine's, its router must lead it here. */
  readonly address: string;
  /** UDP ports, `max` included; null for any. */
  readonly ports: { readonly min: number; readonly max: number } | null;
}

/** The kernel's defaults drop the burst of a keyframe. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/** Opens one end of an encrypted pipe to another node. Packets that the network between them loses are sent again. */
export function openPipeTransport(router: types.Router, listen: PipeListen): Promise<types.PipeTransport> {
  const { address, ports } = listen;
  const anywhere = isIPv6(address) ? '::' : '0.0.0.0';
  return router.createPipeTransport({
    listenInfo: {
      protocol: 'udp',
      ...(isOwnAddress(address) ? { ip: address } : { ip: anywhere, announcedAddress: address }),
      ...(ports ? { portRange: { min: ports.min, max: ports.max } } : {}),
      sendBufferSize: SOCKET_BUFFER_BYTES,
      recvBufferSize: SOCKET_BUFFER_BYTES,
    },
    enableSctp: false,
    enableRtx: true,
    enableSrtp: true,
  });
}

/** Returns what the other end needs to know. */
export function addressOf({ tuple, srtpParameters }: types.PipeTransport): PipeAddress {
  if (srtpParameters?.cryptoSuite !== 'AEAD_AES_256_GCM') throw new Error('a pipe between nodes must be encrypted');
  const { cryptoSuite, keyBase64 } = srtpParameters;
  return { address: tuple.localAddress, port: tuple.localPort, srtp: { cryptoSuite, keyBase64 } };
}

export async function connectPipe(transport: types.PipeTransport, { address, port, srtp }: PipeAddress): Promise<void> {
  await transport.connect({ ip: address, port, srtpParameters: srtp });
}

export function canReach(from: string, to: string): boolean {
  return isIPv6(from) === isIPv6(to);
}

function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === address));
}
