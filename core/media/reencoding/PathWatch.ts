/** How much went each way since the attachment, as counted at each end. */
export interface PathCounts {
  /** Packets that the node sent to the sidecar, and whole frames that arrived there. */
  readonly tapPackets: number;
  readonly framesIn: number;
  /** Frames that the sidecar sent back, and packets that arrived here. */
  readonly framesOut: number;
  readonly republishPackets: number;
}

/** Enough that loss alone does not explain why none of it arrived. */
const SENT_PACKETS = 20;
const SENT_FRAMES = 5;
/** A frame or its count may be on its way: one look proves nothing. */
const LOOKS = 2;

/** Judges whether media get through between node and sidecar: their channel may work where media do not. */
export class PathWatch {
  #last: PathCounts = { tapPackets: 0, framesIn: 0, framesOut: 0, republishPackets: 0 };
  #cutLooks = 0;

  /** Judges by what was sent since something last arrived. Too little to judge counts as open. */
  isOpen(counts: PathCounts): boolean {
    const last = this.#last;
    const tapArrives = counts.framesIn > last.framesIn;
    const republishArrives = counts.republishPackets > last.republishPackets;
    const tapIsCut = !tapArrives && counts.tapPackets - last.tapPackets >= SENT_PACKETS;
    const republishIsCut = !republishArrives && counts.framesOut - last.framesOut >= SENT_FRAMES;
    this.#last = {
      tapPackets: tapArrives ? counts.tapPackets : last.tapPackets,
      framesIn: counts.framesIn,
      framesOut: republishArrives ? counts.framesOut : last.framesOut,
      republishPackets: counts.republishPackets,
    };
    this.#cutLooks = tapIsCut || republishIsCut ? this.#cutLooks + 1 : 0;
    return this.#cutLooks < LOOKS;
  }
}
