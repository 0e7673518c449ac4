import type { RoomAudiences } from '../../core/host/RoomAudience.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { SidecarDirectory } from '../../core/reencoding/ports.ts';
import type { NodeId, RoomId, TrackId } from '../../core/room/state.ts';
import { Attendance } from '../connections/Attendance.ts';
import { Departures } from '../connections/Departures.ts';
import { ReencodingStatus } from '../reencoding/ReencodingStatus.ts';
import { OtherNodes, type OtherNodesDeps } from './OtherNodes.ts';
import { SocketAudience } from './SocketAudience.ts';

export interface SocketAudiencesDeps extends OtherNodesDeps {
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
  readonly otherNodes: OtherNodes;
  readonly #nodeId: NodeId;
  readonly #logger: Logger;

  constructor(deps: SocketAudiencesDeps) {
    const { clock, logger, sidecars: directory } = deps;
    const { attendance } = this;
    this.#nodeId = deps.nodeId;
    this.#logger = logger;
    this.departures = new Departures(() => clock.now());
    this.reencoding = new ReencodingStatus({
      directory,
      attendance,
      clock,
      logger,
      changed: () => {
        for (const roomId of attendance.roomIds()) this.forRoom(roomId).reencodingStatusChanged();
      },
    });
    this.otherNodes = new OtherNodes(deps, {
      happened: (happening) => this.forRoom(happening.roomId).happenedElsewhere(happening),
      reencoded: (nodeId, roomId, trackIds) => this.#reencodedElsewhere(nodeId, roomId, trackIds),
      gone: (nodeId) => {
        for (const roomId of this.reencoding.roomsAt(nodeId)) this.#reencodedElsewhere(nodeId, roomId, []);
      },
      came: (nodeId) => {
        for (const roomId of this.reencoding.roomsAt(deps.nodeId)) {
          if (!this.otherNodes.of(roomId).includes(nodeId)) continue;
          this.otherNodes.tellReencoded(roomId, this.reencoding.tracksAt(deps.nodeId, roomId), [nodeId]);
        }
      },
    });
  }

  forRoom(roomId: RoomId): SocketAudience {
    const { attendance, departures, otherNodes, reencoding } = this;
    return new SocketAudience(roomId, {
      ...{ nodeId: this.#nodeId, attendance, departures, reencoding, otherNodes, logger: this.#logger },
    });
  }

  #reencodedElsewhere(nodeId: NodeId, roomId: RoomId, trackIds: readonly TrackId[]): void {
    this.reencoding.tracksChanged(nodeId, roomId, trackIds);
    this.forRoom(roomId).reencodingStatusChanged();
  }
}
