import { AddressLimits } from '../limits/AddressLimits.ts';
import type { Limits } from '../limits/Limits.ts';
import { TokenBucket } from '../limits/TokenBucket.ts';
import { cutOff, type EngineConnection } from './engineConnection.ts';

/** Why a connection is closed before anything in it is parsed. */
export type Offence = 'bytes' | 'binary' | 'connects';

interface EngineGuardDeps {
  readonly limits: Limits;
  readonly now: () => number;
  readonly addressOf: (connection: EngineConnection) => string;
  readonly onCutOff: (offence: Offence, address: string) => void;
}

/** Every packet costs at least this: a flood of empty ones is work too. */
const PACKET_BYTES = 64;
/** The packet types of socket.io, as the first character of a message. */
const CONNECT = '0';
const BINARY = new Set(['5', '6']);

/**
 * Watches every connection below socket.io, whether or not somebody joined over it. Cuts off those that send more bytes
 * than the limits allow, binary packets (the protocol has none), or CONNECT packets again and again.
 */
export class EngineGuard {
  readonly #deps: EngineGuardDeps;
  readonly #addressBytes: AddressLimits;
  readonly #addressConnects: AddressLimits;
  readonly #trusted = new WeakSet<EngineConnection>();

  constructor(deps: EngineGuardDeps) {
    this.#deps = deps;
    this.#addressBytes = new AddressLimits(deps.limits.addressBytes, deps.now);
    this.#addressConnects = new AddressLimits(deps.limits.connectPackets, deps.now);
  }

  watch(connection: EngineConnection): void {
    const { addressOf, limits, now, onCutOff } = this.#deps;
    const address = addressOf(connection);
    const bytes = new TokenBucket(limits.bytes, now());
    let connects = 0;
    connection.on('packet', ({ type, data }) => {
      const size = sizeOf(data) + PACKET_BYTES;
      let offence: Offence | null = null;
      if (!this.#trusted.has(connection) && !(bytes.take(now(), size) && this.#addressBytes.take(address, size))) {
        offence = 'bytes';
      } else if (type === 'message') {
        const kind = typeof data === 'string' ? data.charAt(0) : null;
        if (kind === null || BINARY.has(kind)) offence = 'binary';
        if (kind === CONNECT) connects += 1;
        if (kind === CONNECT && (connects > limits.connectsPerConnection || !this.#addressConnects.take(address))) {
          offence = 'connects';
        }
      }
      if (offence === null) return;
      cutOff(connection);
      onCutOff(offence, address);
    });
  }

  /** From now on the bytes of this connection are not limited: a sidecar is on it. */
  trust(connection: EngineConnection): void {
    this.#trusted.add(connection);
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0;
}
