import type { ParticipantId, RoomId } from '../../core/room/state.ts';
import type { StreamedBody } from '../http/http.ts';
import { AddressLimits } from '../limits/AddressLimits.ts';
import type { Limits } from '../limits/Limits.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';

/** Somebody who sends or reads a file, and where from. */
export interface Party {
  readonly roomId: RoomId;
  readonly participantId: ParticipantId;
  readonly address: string;
}

type TrafficLimits = Pick<Limits, 'filesAtOnce' | 'filesAtOnceOfAddress' | 'fileBytes'>;

/**
 * Bounds what is under way at once, for a person and an address. Whoever reads a byte now and then holds a file
 * open for as long as they like, and requests that wait for the same upload keep the thread awake.
 */
export class Traffic {
  readonly #limits: TrafficLimits;
  readonly #bytes: AddressLimits;
  readonly #underWay = new Map<string, number>();

  constructor(limits: TrafficLimits, now: () => number) {
    this.#limits = limits;
    this.#bytes = new AddressLimits(limits.fileBytes, now);
  }

  /** Answers 423 instead if too much is under way: clients try again. */
  async receive(from: Party, upload: () => Promise<Response>): Promise<Response> {
    const leave = this.#enter(from);
    if (!leave) return new Response('Too much is sent at once.\n', { status: 423 });
    try {
      return await upload();
    } finally {
      leave();
    }
  }

  /**
   * Returns a body that counts while it is sent. Its bytes count for the address from now on.
   * @throws WireRefusal when too much is under way, or was read (TOO_MANY_REQUESTS)
   */
  send(to: Party, { bytes, open }: StreamedBody): StreamedBody {
    // It counts from `open` on, which may never be called.
    const leave = this.#bytes.has(to.address) ? this.#enter(to) : null;
    if (!leave) throw tooMany();
    leave();
    this.#bytes.charge(to.address, bytes);
    return { bytes, open: () => this.#counted(to, open) };
  }

  async *#counted(to: Party, open: StreamedBody['open']): AsyncGenerator<Uint8Array> {
    const leave = this.#enter(to);
    if (!leave) throw tooMany();
    try {
      yield* open();
    } finally {
      leave();
    }
  }

  /** Returns null if too much is under way, else how it ends. */
  #enter({ roomId, participantId, address }: Party): (() => void) | null {
    const { filesAtOnce, filesAtOnceOfAddress } = this.#limits;
    const keys = { [`${roomId} ${participantId}`]: filesAtOnce, [`at ${address}`]: filesAtOnceOfAddress };
    const isTooMuch = Object.entries(keys).some(([key, most]) => (this.#underWay.get(key) ?? 0) >= most);
    if (isTooMuch) return null;
    for (const key of Object.keys(keys)) this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
    return () => {
      for (const key of Object.keys(keys)) {
        const left = (this.#underWay.get(key) ?? 0) - 1;
        if (left > 0) this.#underWay.set(key, left);
        else this.#underWay.delete(key);
      }
    };
  }
}

function tooMany(): WireRefusal {
  return new WireRefusal('TOO_MANY_REQUESTS', 'Too many files are read at once. Wait until some are here.');
}
