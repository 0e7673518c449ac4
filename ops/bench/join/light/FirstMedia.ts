import type { TrackKind } from '../../../../core/room/state.ts';
import { FirstKeyframe } from '../../reencoder/storm/FirstKeyframe.ts';
import { toRtpPacket } from '../../reencoder/toRtpPacket.ts';

interface Awaited {
  readonly kind: TrackKind;
  readonly keyframe: FirstKeyframe;
}

/** Waits for the first picture and the first sound of several streams: a whole VP8 keyframe, a packet with sound in it. */
export class FirstMedia {
  readonly #awaited = new Map<number, Awaited>();

  expect(ssrc: number, kind: TrackKind): void {
    this.#awaited.set(ssrc, { kind, keyframe: new FirstKeyframe() });
  }

  /** Whether a packet of this stream can change anything. */
  isAwaited(ssrc: number): boolean {
    return this.#awaited.has(ssrc);
  }

  /** Streams that have no picture yet. */
  get unseen(): number[] {
    return [...this.#awaited].flatMap(([ssrc, { kind }]) => (kind === 'video' ? [ssrc] : []));
  }

  /** Takes a decrypted packet; answers what has come with it for the first time. */
  push(datagram: Buffer): TrackKind | null {
    const packet = toRtpPacket(datagram);
    const ssrc = packet?.getSsrc() ?? 0;
    const awaited = this.#awaited.get(ssrc);
    if (!packet || !awaited) return null;
    const isThere = awaited.kind === 'video' ? awaited.keyframe.push(packet) : packet.getPayload().byteLength > 0;
    if (!isThere) return null;
    this.#awaited.delete(ssrc);
    return awaited.kind;
  }
}
