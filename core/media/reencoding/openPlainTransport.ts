import { isIP, isIPv6 } from 'node:net';
import type { types } from 'mediasoup';
import { isLoopback } from '../../reencoding/isLoopback.ts';
import type { PlainEnd, SrtpKey } from '../../reencoding/messages.ts';
import type { MediaListen } from '../workers/announcedCandidates.ts';

/** Addresses and ports for media of sidecars on other machines. */
export interface PlainListen {
  readonly listen: readonly MediaListen[];
  /** UDP ports, `max` included; null for any. */
  readonly ports: { readonly min: number; readonly max: number } | null;
}

/** The sidecar's end of one transport. */
export interface FarEnd {
  readonly address: string;
  readonly port: number;
  /** Null only on the same host. */
  readonly srtp: SrtpKey | null;
}

/** No media can pass between this node and this sidecar. Another sidecar may work. */
export class NoMediaPath extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoMediaPath';
  }
}

/** The kernel's defaults drop the burst of a keyframe. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Opens a transport to the sidecar: plain on the same host, encrypted to any other.
 * @throws NoMediaPath when no media can pass between them
 */
export async function openPlainTransport(
  router: types.Router,
  far: FarEnd,
  plainListen: PlainListen,
): Promise<types.PlainTransport> {
  const onThisHost = isLoopback(far.address);
  if (!onThisHost && !far.srtp) throw new NoMediaPath('a sidecar on another host must bring SRTP keys');
  const srtp = onThisHost ? null : far.srtp;
  const transport = await router.createPlainTransport({
    listenInfo: onThisHost ? loopbackInfo(far.address) : listenInfoFor(far.address, plainListen),
    rtcpMux: true,
    comedia: false,
    ...(srtp ? { enableSrtp: true, srtpCryptoSuite: srtp.cryptoSuite } : {}),
  });
  try {
    await transport.connect({
      ip: far.address,
      port: far.port,
      ...(srtp ? { srtpParameters: { cryptoSuite: srtp.cryptoSuite, keyBase64: srtp.keyBase64 } } : {}),
    });
    return transport;
  } catch (error) {
    transport.close();
    throw error;
  }
}

/** The node's end, as the sidecar gets it. */
export function plainEndOf({ tuple, srtpParameters }: types.PlainTransport): PlainEnd {
  return {
    address: tuple.localAddress,
    port: tuple.localPort,
    srtp: srtpParameters ? { cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: srtpParameters.keyBase64 } : null,
  };
}

function loopbackInfo(address: string): types.TransportListenInfo {
  return { ...buffers(), protocol: 'udp', ip: isIPv6(address) && address === '::1' ? '::1' : '127.0.0.1' };
}

function listenInfoFor(address: string, { listen, ports }: PlainListen): types.TransportListenInfo {
  const family = isIP(address);
  for (const { ip, announcedAddress } of listen) {
    if (isIP(ip) !== family || isLoopback(ip)) continue;
    // Browsers may get a host name; a sidecar needs an IP address.
    const announced =
      announcedAddress !== undefined && isIP(announcedAddress) === family ? announcedAddress : undefined;
    if (announced === undefined && (ip === '0.0.0.0' || ip === '::')) continue;
    return {
      ...buffers(),
      protocol: 'udp',
      ip,
      ...(announced === undefined ? {} : { announcedAddress: announced }),
      ...(ports ? { portRange: { min: ports.min, max: ports.max } } : {}),
    };
  }
  throw new NoMediaPath(`this node has no address that media from ${address} could be sent to`);
}

function buffers(): { sendBufferSize: number; recvBufferSize: number } {
  return { sendBufferSize: SOCKET_BUFFER_BYTES, recvBufferSize: SOCKET_BUFFER_BYTES };
}
