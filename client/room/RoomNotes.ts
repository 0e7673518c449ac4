import type { Ask } from '../connection/askOver.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';

/**
 * The shared notes: a document of Yjs, whose updates the room keeps. `room.record.notes.count` grows with each of
 * them; whoever shows the notes then asks for what is missing.
 */
export class RoomNotes {
  readonly #commands: CommandQueue;
  readonly #ask: Ask;

  constructor(commands: CommandQueue, ask: Ask) {
    this.#commands = commands;
    this.#ask = ask;
  }

  /** @throws RequestRefused when the notes are full, or somebody may not write (NOT_GRANTED) */
  async write(update: Uint8Array): Promise<void> {
    let binary = '';
    for (const byte of update) binary += String.fromCharCode(byte);
    await this.#commands.send('editNotes', { update: btoa(binary) });
  }

  /**
   * Returns the updates after the first `seen`, perhaps with some of those: to apply one again changes nothing.
   * @throws ConnectionLost while there is no connection
   */
  async after(seen: number): Promise<{ readonly count: number; readonly updates: readonly Uint8Array[] }> {
    const { count, updates } = await this.#ask('notesAfter', { seen });
    return { count, updates: updates.map((update) => Uint8Array.from(atob(update), (char) => char.charCodeAt(0))) };
  }
}
