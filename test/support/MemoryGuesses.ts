import type { PasswordGuesses } from '../../core/ports.ts';

/** Ten guesses at the password of a room are free; then it takes none. */
export class MemoryGuesses implements PasswordGuesses {
  readonly #counts = new Map<string, number>();

  async pay(roomId: string): Promise<number> {
    const count = (this.#counts.get(roomId) ?? 0) + 1;
    if (count > 10) return 60_000;
    this.#counts.set(roomId, count);
    return 0;
  }

  async refund(roomId: string): Promise<void> {
    this.#counts.set(roomId, (this.#counts.get(roomId) ?? 1) - 1);
  }
}
