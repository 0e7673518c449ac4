import type { RoomAudiences } from '../../core/host/RoomAudience.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { SidecarDirectory } from '../../core/reencoding/ports.ts';
import type { RoomId } from '../../core/room/state.ts';
import { Attendance } from '../connections/Attendance.ts';
import { Departures } from '../connections/Departures.ts';
import { ReencodingStatus } from '../reencoding/ReencodingStatus.ts';
import { SocketAudience } from './SocketAudience.ts';

export interface SocketAudiencesDeps {
  /** Null if nothing is reencoded here. */
  readonly sidecars: Pick<SidecarDirectory, 'sidecars'> | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Everybody who is connected to this node. Rooms notify them, so it is created before rooms and requests. */
export class SocketAudiences implements RoomAudiences {
  readonly attendance = new Attendance();
  readonly departures: Departures;
  readonly reencoding: ReencodingStatus;
  readonly #logger: Logger;

  constructor({ clock, logger, sidecars: directory }: SocketAudiencesDeps) {
    const { attendance } = this;
    this.#logger = logger;
    this.departures = new Departures(() => clock.now());
    this.reencoding = new ReencodingStatus({
      directory,
      attendance,
      clock,
      logger,
      changed: () => {
        for (const roomId of attendance.roomIds()) this.forRoom(roomId).reencodingAvailabilityChanged();
      },
    });
  }

  forRoom(roomId: RoomId): SocketAudience {
    return new SocketAudience(roomId, this.attendance, this.departures, this.reencoding, this.#logger);
  }
}
