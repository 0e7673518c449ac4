export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** Small on purpose: a drill measures recovery, not how fast this machine encodes. */
export const PICTURE: Picture = { width: 320, height: 180, framesPerSecond: 15 };
