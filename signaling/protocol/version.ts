/** Raised when a message changes in a way that older clients or servers cannot read. */
export const PROTOCOL_VERSION = 3;

/** The versions that a server speaks: its own, and the one before for clients that were loaded before an update. */
export type Protocol = 2 | 3;

export const SPOKEN_PROTOCOLS: readonly Protocol[] = [2, PROTOCOL_VERSION];

export function isSpoken(protocol: number): protocol is Protocol {
  return SPOKEN_PROTOCOLS.some((spoken) => spoken === protocol);
}
