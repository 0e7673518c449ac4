/** Seconds from NTP's epoch (1900) to that of Unix. */
const UNIX_EPOCH_NTP_SECONDS = 2_208_988_800;
const FRACTIONS = 2 ** 32;

/** Video's RTP clock, in ticks per ms. */
export const TICKS_PER_MS = 90;

/** An instant of the sender's wall clock and the RTP timestamp of a picture captured then. */
export interface ClockMapping {
  /** Sender's wall clock, ms since the Unix epoch. */
  readonly ntpMs: number;
  /** Unwrapped: on the time line of the frames. */
  readonly timestamp: number;
  /** When the report arrived, by this process's clock. */
  readonly receivedAtMs: number;
}

export function toNtp(unixMs: number): { seconds: number; fraction: number } {
  const seconds = Math.floor(unixMs / 1_000);
  const fraction = Math.floor(((unixMs - seconds * 1_000) / 1_000) * FRACTIONS);
  return { seconds: (seconds + UNIX_EPOCH_NTP_SECONDS) % FRACTIONS, fraction };
}

export function fromNtp(seconds: number, fraction: number): number {
  return (seconds - UNIX_EPOCH_NTP_SECONDS) * 1_000 + (fraction / FRACTIONS) * 1_000;
}
