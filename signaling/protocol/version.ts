/** Raised when a message changes in a way that older clients or servers cannot read. */
export const PROTOCOL_VERSION = 2;
