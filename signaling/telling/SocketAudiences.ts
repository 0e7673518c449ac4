import type { RoomAudiences } from '../../core/host/RoomAudience.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { SidecarDirectory } from '../../core/reencoding/ports.ts';
import type { NodeId, RoomId, TrackId } from '../../core/room/state.ts';
import { ConnectedPeople } from '../connections/ConnectedPeople.ts';
import { Departures } from '../connections/Departures.ts';
import type { IceServers } from '../IceServers.ts';
import { ReencodingStatus } from '../reencoding/ReencodingStatus.ts';
import { Gathering } from './Gathering.ts';
import { OtherNodes, type OtherNodesDeps } from './OtherNodes.ts';
import { SocketAudience } from './SocketAudience.ts';

export interface SocketAudiencesDeps extends OtherNodesDeps {
  /** Null if nothing is reencoded here. */
  readonly sidecars: Pick<SidecarDirectory, 'sidecars'> | null;
  readonly iceServers: IceServers;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Everybody who is connected to this node. Rooms notify them, so it is created before rooms and requests. */
export class SocketAudiences implements RoomAudiences {
  readonly connectedPeople = new ConnectedPeople();
  readonly departures: Departures;
  readonly reencoding: ReencodingStatus;
  readonly otherNodes: OtherNodes;
  readonly #gathering: Gathering;
  readonly iceServers: IceServers;
  readonly #nodeId: NodeId;
  readonly #logger: Logger;

  constructor(deps: SocketAudiencesDeps) {
    const { clock, logger, sidecars: directory } = deps;
    const { connectedPeople } = this;
    this.#nodeId = deps.nodeId;
    this.#logger = logger;
    this.#gathering = new Gathering(clock);
    this.iceServers = deps.iceServers;
    this.departures = new Departures(() => clock.now());
    this.reencoding = new ReencodingStatus({
      directory,
      connectedPeople,
      clock,
      logger,
      changed: () => {
        for (const roomId of connectedPeople.roomIds()) this.forRoom(roomId).reencodingStatusChanged();
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
    const { connectedPeople, departures, iceServers, otherNodes, reencoding } = this;
    return new SocketAudience(roomId, {
      ...{ nodeId: this.#nodeId, connectedPeople, departures, iceServers, reencoding, otherNodes },
      ...{ gathering: this.#gathering, logger: this.#logger },
    });
  }

  #reencodedElsewhere(nodeId: NodeId, roomId: RoomId, trackIds: readonly TrackId[]): void {
    this.reencoding.tracksChanged(nodeId, roomId, trackIds);
    this.forRoom(roomId).reencodingStatusChanged();
  }
}
