import { areSameGrants, type Grants } from '../../client/index.ts';

export type GrantChange = (now: Grants) => Grants;

/** A change goes from what the one before it asked for, also before the room has answered: both hold. */
export class GrantChanges {
  readonly #asked = new Map<string, Grants>();

  /** `whose` grants are `recorded`, as far as the room has told; `send` asks it for others. */
  async change(
    whose: string,
    recorded: Grants,
    change: GrantChange,
    send: (wanted: Grants) => Promise<void>,
  ): Promise<void> {
    const wanted = change(this.#asked.get(whose) ?? recorded);
    this.#asked.set(whose, wanted);
    try {
      await send(wanted);
    } finally {
      if (this.#asked.get(whose) === wanted) this.#asked.delete(whose);
    }
  }
}

/** What to record of somebody who may do this: null, which follows the room, where the room says the same. */
export function ownGrants(wanted: Grants, room: Grants): Grants | null {
  return areSameGrants(wanted, room) ? null : wanted;
}
