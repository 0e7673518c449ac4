/** Receives the source's RTP on one port and sends the reencoded layers to another. */
export interface Contender {
  /** The port that receives the source's packets. */
  readonly inputPort: number;
  /** The port that sends the layers; null if it may be any port and hears no RTCP. */
  readonly outputPort: number | null;
  /** Its process; the CPU of its children counts too. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ContenderPorts {
  /** The port of the source, which also receives RTCP there. */
  readonly source: number;
  /** The port that receives the layers. */
  readonly sink: number;
}

/** The size and bitrate of one layer, lowest first. */
export interface Layer {
  readonly ssrc: number;
  readonly scaleDownBy: number;
  readonly bitrateBps: number;
}

/** The layers of a meeting's 720p camera. */
const THREE_LAYERS: readonly Layer[] = [
  { ssrc: 2_001, scaleDownBy: 4, bitrateBps: 150_000 },
  { ssrc: 2_002, scaleDownBy: 2, bitrateBps: 500_000 },
  { ssrc: 2_003, scaleDownBy: 1, bitrateBps: 1_500_000 },
];

export function layersOf(count: 1 | 3): readonly Layer[] {
  return THREE_LAYERS.slice(-count);
}
