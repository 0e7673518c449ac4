/** How much went each way since the attachment, as each end counted it. */
export interface PathCounts {
  /** Packets that the node sent to the sidecar, and whole frames that came in there. */
  readonly tapPackets: number;
  readonly framesIn: number;
  /** Frames that the sidecar sent back, and packets that came in here. */
  readonly framesOut: number;
  readonly republishPackets: number;
}

/** Enough that loss alone does not explain why none of it arrived. */
const SENT_PACKETS = 20;
const SENT_FRAMES = 5;
/** A frame may be halfway through, and its count on its way: one look proves nothing. */
const LOOKS = 2;

/** Whether media get through between node and sidecar: the channel may live where they do not. */
export class PathWatch {
  #last: PathCounts = { tapPackets: 0, framesIn: 0, framesOut: 0, republishPackets: 0 };

  #cutLooks = 0;

  /** Judges what went since something last arrived. Too little to judge by counts as open. */
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
