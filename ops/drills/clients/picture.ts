/** Small on purpose: a drill measures recovery, not how fast this machine encodes. */
export const PICTURE = { width: 320, height: 180, framesPerSecond: 15 } as const;
