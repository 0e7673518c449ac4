export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** One whole coded picture, without RTP. H264 is Annex B with parameter sets before each keyframe. */
export interface CodedFrame {
  readonly data: Buffer;
  readonly keyframe: boolean;
  /** 90 kHz, unwrapped: it always grows, unless the source restarts. */
  readonly timestamp: number;
}

/** An encoded frame of one layer. */
export interface LayerFrame extends CodedFrame, PictureSize {
  /** Index of the layer, lowest first. */
  readonly layer: number;
}
