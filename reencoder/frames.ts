export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** One coded picture, whole, without RTP. H264 is Annex B with parameter sets before each keyframe. */
export interface CodedFrame {
  readonly data: Buffer;
  readonly keyframe: boolean;
  /** 90 kHz, unwrapped: grows for ever, but for a source that restarts. */
  readonly timestamp: number;
}

/** A layer's frame on its way out. */
export interface LayerFrame extends CodedFrame, PictureSize {
  /** Index of the layer, lowest first. */
  readonly layer: number;
}
