/** Something that takes the source's RTP on one port and sends the reencoded layers to another. */
export interface Contender {
  /** Where the source's packets go. */
  readonly inputPort: number;
  /** Where packets of the layers come from; null: from anywhere, and it hears no RTCP. */
  readonly outputPort: number | null;
  /** Its own process; children count too. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ContenderPorts {
  /** Of the source: it also hears RTCP there. */
  readonly source: number;
  /** Where the layers are to be sent. */
  readonly sink: number;
}

/** One layer as it is asked for, lowest first. */
export interface Layer {
  readonly ssrc: number;
  readonly scaleDownBy: number;
  readonly bitrateBps: number;
}

/** As a meeting's camera of 720p has them. */
const THREE_LAYERS: readonly Layer[] = [
  { ssrc: 2_001, scaleDownBy: 4, bitrateBps: 150_000 },
  { ssrc: 2_002, scaleDownBy: 2, bitrateBps: 500_000 },
  { ssrc: 2_003, scaleDownBy: 1, bitrateBps: 1_500_000 },
];

export function layersOf(count: 1 | 3): readonly Layer[] {
  return THREE_LAYERS.slice(-count);
}
