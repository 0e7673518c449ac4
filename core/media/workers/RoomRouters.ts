import type { ParticipantId, RoomState } from '../../room/state.ts';
import { MediaError } from '../MediaError.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import { placeParticipant } from './placement.ts';
import { RoomRouter, type RoomRouterEvents } from './RoomRouter.ts';
import type { WorkerSlot } from './WorkerSlot.ts';

/** A room's routers: at most one for each worker, open while a participant is on it. */
export class RoomRouters {
  readonly #slots: readonly WorkerSlot[];
  readonly #capacity: number;
  readonly #events: RoomRouterEvents;
  readonly #open = new Map<WorkerSlot, Promise<RoomRouter>>();
  /** Number of participants on each worker, or on their way to it. The router closes with the last one. */
  readonly #residents = new Map<WorkerSlot, number>();
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

  /** A router for one more participant. Call `leave` when the participant is gone. */
  enter(viewers: ReadonlyMap<ParticipantId, ParticipantMedia>, room: RoomState): Promise<RoomRouter> {
    return this.#enter(this.#place(viewers, room));
  }

  /** A router for media from another node: the one where most people are. Call `leave` when the media have ended. */
  enterForPipe(viewers: ReadonlyMap<ParticipantId, ParticipantMedia>, room: RoomState): Promise<RoomRouter> {
    let busiest: WorkerSlot | null = null;
    for (const slot of this.#open.keys()) {
      const residents = this.#residents.get(slot) ?? 0;
      if (!busiest || residents > (this.#residents.get(busiest) ?? 0)) busiest = slot;
    }
    return this.#enter(busiest ?? this.#place(viewers, room));
  }

  async #enter(slot: WorkerSlot): Promise<RoomRouter> {
    this.#addResidents(slot, 1);
    try {
      for (;;) {
        const router = await (this.#open.get(slot) ?? this.#openOn(slot));
        if (this.#closed) throw new MediaError('MEDIA_UNAVAILABLE', 'The room is closed on this node.');
        // Its worker may have died meanwhile.
        if (!router.closed) return router;
      }
    } catch (error) {
      this.#addResidents(slot, -1);
      throw error;
    }
  }

  leave(router: RoomRouter): void {
    if (this.#addResidents(router.slot, -1) === 0 && !router.closed) router.close();
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
      const here = [...viewers.values()].filter((media) => media.router.slot === slot);
      const open = here.reduce((sum, media) => sum + media.consumers.size, 0);
      // Participants that just came have not opened all their consumers yet.
      const expected = Math.max(open, (this.#residents.get(slot) ?? 0) * tracks);
      return { consumers: slot.consumers - open + expected, usedByRoom: this.#open.has(slot) };
    });
    const slot = this.#slots[placeParticipant(loads, tracks, this.#capacity)];
    if (!slot) throw new MediaError('MEDIA_UNAVAILABLE', 'There is no media worker.');
    return slot;
  }

  #addResidents(slot: WorkerSlot, count: number): number {
    const residents = (this.#residents.get(slot) ?? 0) + count;
    this.#residents.set(slot, residents);
    return residents;
  }
}
