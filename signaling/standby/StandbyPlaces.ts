import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { Clock } from '../../core/ports.ts';
import type { RoomSettings } from '../../core/room/state.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';
import type { ConnectedPeople } from '../connections/ConnectedPeople.ts';
import type { NodeDirectory } from '../connections/NodeDirectory.ts';
import type { NotificationBody } from '../protocol/notifications.ts';

/** The operator's word: nowhere, in rooms that ask for it, or in all that do not say otherwise. */
export type HotStandbyPolicy = 'off' | 'allowed' | 'on';

/** What comes of a room's wish for a hot standby. */
type Outcome = NonNullable<NotificationBody<'standbyPlaces'>['hotStandby']>;

interface StandbyPlacesDeps {
  readonly rooms: Pick<RoomHosts, 'get'>;
  readonly connectedPeople: ConnectedPeople;
  readonly nodes: Pick<NodeDirectory, 'standbyUrls' | 'urls'>;
  readonly policy: HotStandbyPolicy;
  /** Asks for a second place on this machine; it may come later. */
  readonly wantPlace: () => void;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 1_000;
/** More than a client tries. */
const MAX_URLS = 4;

/** Tells participants where they may stand by, if their room wants that, and ends what stands by where it does not. */
export class StandbyPlaces {
  readonly #deps: StandbyPlacesDeps;
  /** What each client heard last: 'off' for one that has not heard anything. */
  readonly #told = new WeakMap<ClientConnection, string>();
  #cancelLook: (() => void) | null = null;
  #stopped = false;

  constructor(deps: StandbyPlacesDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancelLook = this.#deps.clock.setTimer(LOOK_EVERY_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
  }

  isWanted(settings: Pick<RoomSettings, 'hotStandby'>): boolean {
    return this.#outcomeOf(settings) === 'on';
  }

  /** Tells this client if it does not know yet. */
  tell(connection: ClientConnection, settings: Pick<RoomSettings, 'hotStandby'>): void {
    const own = connection.nodeUrl;
    const hotStandby = this.#outcomeOf(settings);
    const urls = hotStandby === 'on' ? this.#placesBeside(own) : [];
    const said = [hotStandby, ...urls].join(' ');
    if (said === (this.#told.get(connection) ?? 'off') || connection.protocol === 2) return;
    this.#told.set(connection, said);
    connection.notify('standbyPlaces', { urls, hotStandby });
  }

  /** Other machines before this one. */
  #placesBeside(own: string): string[] {
    const { nodes, wantPlace } = this.#deps;
    const others = nodes.urls(own).filter((url) => url !== own);
    if (others.length > 0) return others.slice(0, MAX_URLS);
    wantPlace();
    return nodes.standbyUrls(own);
  }

  #outcomeOf({ hotStandby }: Pick<RoomSettings, 'hotStandby'>): Outcome {
    const { policy } = this.#deps;
    if (hotStandby === 'on' && policy === 'off') return 'forbidden';
    return hotStandby === 'on' || (hotStandby === 'auto' && policy === 'on') ? 'on' : 'off';
  }

  #look(): void {
    const { connectedPeople, rooms } = this.#deps;
    for (const roomId of connectedPeople.roomIds()) {
      const room = rooms.get(roomId);
      if (!room) continue;
      const { settings } = room.state;
      for (const connection of connectedPeople.seated(roomId).values()) {
        if (connection.hearsCommits) this.tell(connection, settings);
      }
      if (this.isWanted(settings)) continue;
      for (const connection of connectedPeople.standing(roomId).values()) connection.end(null);
    }
  }
}
