/** The pace of a drill: the same on Everroom and on bare mediasoup. */

export const SETUP_LIMIT_MS = 180_000;
export const RECOVERY_LIMIT_MS = 30_000;
/** A calm time before each fault: at least CALM_MS, and up to CALM_VARIES_MS longer at random. */
export const CALM_MS = 2_000;
export const CALM_VARIES_MS = 2_000;
/** For this long after a fault, frames come out of buffers and prove no recovery. */
export const NOTICE_MS = 1_000;
/** Time for the last frames to arrive after everybody has recovered. */
export const SETTLE_MS = 500;
