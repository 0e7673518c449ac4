/** A typed event emitter that works in browsers and in Node. Events are a map of name to the listener's arguments. */
export class Emitter<Events extends { [Name in keyof Events]: readonly unknown[] }> {
  #listeners: { [Name in keyof Events]?: Set<(...args: Events[Name]) => void> } = {};

  /** Returns a function that removes the listener. */
  on<Name extends keyof Events>(event: Name, listener: (...args: Events[Name]) => void): () => void {
    const listeners = this.#listeners[event] ?? new Set();
    listeners.add(listener);
    this.#listeners[event] = listeners;
    return () => this.off(event, listener);
  }

  once<Name extends keyof Events>(event: Name, listener: (...args: Events[Name]) => void): () => void {
    const off = this.on(event, (...args) => {
      off();
      listener(...args);
    });
    return off;
  }

  off<Name extends keyof Events>(event: Name, listener: (...args: Events[Name]) => void): void {
    this.#listeners[event]?.delete(listener);
  }

  /** A listener that throws stops neither the others nor the emitter: its error surfaces as an uncaught one. */
  protected emit<Name extends keyof Events>(event: Name, ...args: Events[Name]): void {
    for (const listener of [...(this.#listeners[event] ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  protected removeAllListeners(): void {
    this.#listeners = {};
  }
}
