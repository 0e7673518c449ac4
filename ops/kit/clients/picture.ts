export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** Small on purpose: a drill measures recovery, not how fast this machine encodes. */
export const PICTURE: Picture = { width: 320, height: 180, framesPerSecond: 30 };

/** What the camera of a meeting sends, in three layers. */
export const MEETING_PICTURE: Picture = { width: 1_280, height: 720, framesPerSecond: 30 };
