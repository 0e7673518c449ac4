/** How a drill goes: the same on Everroom and on what it is compared with. */

export const SETUP_LIMIT_MS = 60_000;
export const RECOVERY_LIMIT_MS = 30_000;
/** Before a fault nothing happens for at least so long, and up to this much longer at random. */
export const CALM_MS = 2_000;
export const CALM_VARIES_MS = 2_000;
/** So soon nobody can have noticed: what still flows comes out of buffers. */
export const NOTICE_MS = 1_000;
/** Frames still to come in after everybody has recovered. */
export const SETTLE_MS = 500;
