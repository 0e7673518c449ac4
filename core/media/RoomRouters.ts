import type { ParticipantId, RoomState } from '../room/state.ts';
import { MediaError } from './MediaPlane.ts';
import type { ParticipantMedia } from './ParticipantMedia.ts';
import { placeParticipant } from './placement.ts';
import { RoomRouter, type RoomRouterEvents } from './RoomRouter.ts';
import type { WorkerSlot } from './WorkerSlot.ts';

/** A room's routers: at most one a worker, there while somebody lives on it. */
export class RoomRouters {
  readonly #slots: readonly WorkerSlot[];
  readonly #capacity: number;
  readonly #events: RoomRouterEvents;
  readonly #open = new Map<WorkerSlot, Promise<RoomRouter>>();
  readonly #byId = new Map<string, RoomRouter>();
  #closed = false;

  constructor(slots: readonly WorkerSlot[], capacity: number, events: RoomRouterEvents) {
    this.#slots = slots;
    this.#capacity = capacity;
    this.#events = events;
  }

  byId(routerId: string): RoomRouter | undefined {
    return this.#byId.get(routerId);
  }

  /** A router for one more participant, who leaves it with `leave`. */
  async enter(viewers: ReadonlyMap<ParticipantId, ParticipantMedia>, room: RoomState): Promise<RoomRouter> {
    const slot = this.#place(viewers, room);
    for (;;) {
      const opening = this.#open.get(slot) ?? this.#openOn(slot);
      const router = await opening;
      if (this.#closed) throw new MediaError('MEDIA_UNAVAILABLE', 'The room is closed on this node.');
      // The last participant may have left, or the worker died, while we waited.
      if (router.closed) continue;
      router.users += 1;
      return router;
    }
  }

  leave(router: RoomRouter): void {
    router.users -= 1;
    if (router.users === 0 && !router.closed) router.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const router of await Promise.allSettled(this.#open.values())) {
      if (router.status === 'fulfilled' && !router.value.closed) router.value.close();
    }
  }

  #openOn(slot: WorkerSlot): Promise<RoomRouter> {
    const opening = RoomRouter.open(slot, {
      ...this.#events,
      closed: (router) => {
        this.#byId.delete(router.id);
        if (this.#open.get(slot) === opening) this.#open.delete(slot);
        this.#events.closed(router);
      },
    }).then((router) => {
      if (this.#closed) router.close();
      else if (!router.closed) this.#byId.set(router.id, router);
      return router;
    });
    this.#open.set(slot, opening);
    opening.catch(() => {
      if (this.#open.get(slot) === opening) this.#open.delete(slot);
    });
    return opening;
  }

  #place(viewers: ReadonlyMap<ParticipantId, ParticipantMedia>, room: RoomState): WorkerSlot {
    const tracks = [...room.participants.values()].reduce((sum, participant) => sum + participant.tracks.size, 0);
    const loads = this.#slots.map((slot) => {
      const residents = [...viewers.values()].filter((media) => media.router.slot === slot);
      const open = residents.reduce((sum, media) => sum + media.consumers.size, 0);
      // Residents that just came have not opened all they will.
      const expected = Math.max(open, residents.length * tracks);
      return { consumers: slot.consumers - open + expected, usedByRoom: this.#open.has(slot) };
    });
    const slot = this.#slots[placeParticipant(loads, tracks, this.#capacity)];
    if (!slot) throw new MediaError('MEDIA_UNAVAILABLE', 'There is no media worker.');
    return slot;
  }
}
