import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { Clock } from '../../core/ports.ts';
import type { RoomSettings } from '../../core/room/state.ts';
import type { Attendance } from '../connections/Attendance.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';
import type { NodeDirectory } from '../connections/NodeDirectory.ts';

interface StandbyPlacesDeps {
  readonly rooms: Pick<RoomHosts, 'get'>;
  readonly attendance: Attendance;
  readonly nodes: Pick<NodeDirectory, 'urls'>;
  /** What `auto` means. */
  readonly isDefault: boolean;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 1_000;
/** More than a client tries. */
const MAX_URLS = 4;

/** Tells participants where they may stand by, if their room wants that, and ends what stands by where it does not. */
export class StandbyPlaces {
  readonly #deps: StandbyPlacesDeps;
  /** What each client heard last; nothing is the same as nowhere. */
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

  isWanted({ hotStandby }: Pick<RoomSettings, 'hotStandby'>): boolean {
    return hotStandby === 'auto' ? this.#deps.isDefault : hotStandby === 'on';
  }

  /** Tells this client if it does not know yet. */
  tell(connection: ClientConnection, settings: Pick<RoomSettings, 'hotStandby'>): void {
    const own = connection.nodeUrl;
    const others = this.isWanted(settings) ? this.#deps.nodes.urls(own).filter((url) => url !== own) : [];
    const urls = others.slice(0, MAX_URLS);
    const said = urls.join(' ');
    if (said === (this.#told.get(connection) ?? '') || connection.protocol === 2) return;
    this.#told.set(connection, said);
    connection.notify('standbyPlaces', { urls });
  }

  #look(): void {
    const { attendance, rooms } = this.#deps;
    for (const roomId of attendance.roomIds()) {
      const room = rooms.get(roomId);
      if (!room) continue;
      const { settings } = room.state;
      for (const connection of attendance.seated(roomId).values()) {
        if (connection.hearsCommits) this.tell(connection, settings);
      }
      if (this.isWanted(settings)) continue;
      for (const connection of attendance.standing(roomId).values()) connection.end(null);
    }
  }
}
