import type { JoinedFrame, PayloadFormat } from './formats/PayloadFormat.ts';
import type { MediaPacket } from './packets.ts';

/** No sane encoder makes a larger picture for a meeting. */
const MAX_FRAME_BYTES = 4 << 20;

export interface AssemblerListener {
  frame(data: Buffer, keyframe: boolean, timestamp: number): void;
  /** A frame was dropped: it is broken, or lacks the keyframe that it builds on. */
  dropped(): void;
  /** From here on only a keyframe helps. */
  broken(): void;
}

/** Joins packets, which come in order, into whole frames, and drops every frame that builds on a missing one. */
export class FrameAssembler {
  readonly #format: PayloadFormat;
  readonly #listener: AssemblerListener;
  #parts: MediaPacket[] = [];
  #bytes = 0;
  /** True from a loss until a place where a frame surely begins. */
  #midFrame = true;
  /** Whether the current partial frame was already counted as dropped. */
  #counted = false;
  #awaitsKeyframe = true;

  constructor(format: PayloadFormat, listener: AssemblerListener) {
    this.#format = format;
    this.#listener = listener;
  }

  /** True if nothing is delivered before the next keyframe. */
  get awaitsKeyframe(): boolean {
    return this.#awaitsKeyframe;
  }

  push(packet: MediaPacket): void {
    if (packet.payload.length === 0) return;
    const [first] = this.#parts;
    if (first !== undefined && first.timestamp !== packet.timestamp) this.#finish();
    if (this.#midFrame && !this.#format.startsKeyframe(packet.payload)) {
      this.#skipRestOfFrame(packet);
      return;
    }
    this.#midFrame = false;
    this.#parts.push(packet);
    this.#bytes += packet.payload.length;
    if (this.#bytes > MAX_FRAME_BYTES) this.#abandon(packet);
    else if (packet.marker) this.#finish();
  }

  /** Packets are missing here for good. */
  lost(): void {
    this.#counted = this.#parts.length > 0;
    if (this.#counted) this.#listener.dropped();
    this.#clear();
    this.#midFrame = true;
    this.#awaitsKeyframe = true;
  }

  /** From here on frames are useless without a keyframe, though no packet was lost. */
  awaitKeyframe(): void {
    this.#awaitsKeyframe = true;
  }

  #skipRestOfFrame(packet: MediaPacket): void {
    if (!packet.marker) return;
    this.#midFrame = false;
    if (!this.#counted) this.#listener.dropped();
  }

  #finish(): void {
    const [first] = this.#parts;
    if (first === undefined) return;
    const joined = this.#format.join(this.#parts.map((part) => part.payload));
    this.#clear();
    this.#deliver(joined, first.timestamp);
  }

  #deliver(joined: JoinedFrame, timestamp: number): void {
    if (joined.type === 'nothing') return;
    if (joined.type === 'broken') {
      this.#awaitsKeyframe = true;
      this.#listener.dropped();
      this.#listener.broken();
      return;
    }
    if (this.#awaitsKeyframe && !joined.keyframe) {
      this.#listener.dropped();
      return;
    }
    this.#awaitsKeyframe = false;
    this.#listener.frame(joined.data, joined.keyframe, timestamp);
  }

  /** Drops a frame that exceeds MAX_FRAME_BYTES. */
  #abandon(packet: MediaPacket): void {
    this.lost();
    this.#midFrame = !packet.marker;
    this.#listener.broken();
  }

  #clear(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
