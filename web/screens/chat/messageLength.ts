/** The most that a room takes (core/room/RULES.md); longer texts would be refused. */
export const MAX_MESSAGE_LENGTH = 4_000;
