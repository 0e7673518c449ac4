import type { Ask } from '../connection/askOver.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';

/** How the parts of a room's controls ask for something. */
export interface Requests {
  /** What changes the record waits for the connection, and is sent once. */
  readonly commands: CommandQueue;
  /** What only asks needs the connection now. */
  readonly ask: Ask;
  readonly newId: () => string;
}
