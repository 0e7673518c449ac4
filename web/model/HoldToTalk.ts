interface Talk {
  /** Whether this person is muted now. */
  isMuted(): boolean;
  setMicrophone(on: boolean): Promise<unknown>;
}

/** A key that is held opens a muted microphone, and closes it when it is let go: never later than that. */
export class HoldToTalk {
  readonly #talk: Talk;
  #holding = false;

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  /** Returns false if the microphone is open anyway. */
  press(): boolean {
    if (this.#holding) return true;
    if (!this.#talk.isMuted()) return false;
    this.#holding = true;
    void this.#talk.setMicrophone(true).then(() => this.#closeUnlessHeld());
    return true;
  }

  release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    void this.#talk.setMicrophone(false);
  }

  /** The microphone may take longer to open than the key was held. */
  #closeUnlessHeld(): void {
    if (!this.#holding && !this.#talk.isMuted()) void this.#talk.setMicrophone(false);
  }
}
