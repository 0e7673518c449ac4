import type { RoomAudience } from '../../core/host/RoomAudience.ts';
import type { ConsumerOffer, Quality, RenewedTransports, Speaker } from '../../core/media/RoomMedia.ts';
import type { Logger } from '../../core/ports.ts';
import type { Commit } from '../../core/room/commit.ts';
import { audienceOf } from '../../core/room/queries.ts';
import { type Audience, type RedactedRoom, redact, redactState } from '../../core/room/redact.ts';
import type { NodeId, ParticipantId, RoomId, RoomState, TrackId } from '../../core/room/state.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';
import type { ConnectedPeople } from '../connections/ConnectedPeople.ts';
import type { Departures } from '../connections/Departures.ts';
import type { IceServers } from '../IceServers.ts';
import { ConsumersTaken } from '../protocol/notifications.ts';
import { toRoleChange2 } from '../protocol2/toProtocol2.ts';
import type { ReencodingStatus } from '../reencoding/ReencodingStatus.ts';
import { toWireRenewed } from '../requests/handlers/transports.ts';
import { withNewestChat } from './chatPages.ts';
import { type EncodedCommit, encodedCommit } from './encodedCommit.ts';
import { encodedStatus } from './encodedStatus.ts';
import type { Gathering } from './Gathering.ts';
import { type EndReason, encode, encodeAs, endedBy, knockDecidedBy } from './notifications.ts';
import type { Happening, OtherNodes } from './OtherNodes.ts';

interface SocketAudienceDeps {
  readonly nodeId: NodeId;
  readonly connectedPeople: ConnectedPeople;
  readonly departures: Departures;
  readonly reencoding: ReencodingStatus;
  readonly otherNodes: OtherNodes;
  readonly gathering: Gathering;
  readonly iceServers: Pick<IceServers, 'for'>;
  readonly logger: Logger;
}

/** The sockets of one room on this node. */
export class SocketAudience implements RoomAudience {
  readonly #roomId: RoomId;
  readonly #nodeId: NodeId;
  readonly #connectedPeople: ConnectedPeople;
  readonly #departures: Departures;
  readonly #reencoding: ReencodingStatus;
  readonly #otherNodes: OtherNodes;
  readonly #gathering: Gathering;
  readonly #iceServers: Pick<IceServers, 'for'>;
  readonly #logger: Logger;

  constructor(roomId: RoomId, deps: SocketAudienceDeps) {
    this.#roomId = roomId;
    this.#nodeId = deps.nodeId;
    this.#connectedPeople = deps.connectedPeople;
    this.#departures = deps.departures;
    this.#reencoding = deps.reencoding;
    this.#otherNodes = deps.otherNodes;
    this.#gathering = deps.gathering;
    this.#iceServers = deps.iceServers;
    this.#logger = deps.logger;
  }

  committed(commit: Commit, before: RoomState, after: RoomState): void {
    const encoded = encodedCommit(commit);
    for (const connection of this.#connectedPeople.seated(this.#roomId).values()) {
      this.#quietly(() => this.#tellCommit(connection, commit, encoded, before, after));
    }
    for (const connection of this.#connectedPeople.knocking(this.#roomId).values()) {
      this.#quietly(() => this.#tellKnocking(connection, commit));
    }
    for (const connection of this.#connectedPeople.standing(this.#roomId).values()) {
      const reason = endedBy(commit, connection.participantId);
      if (reason) connection.end(reason);
    }
    const reencoded = this.#reencoding.tracksAt(this.#nodeId, this.#roomId);
    if (reencoded.length === 0) return;
    this.#quietly(() => this.#otherNodes.tellReencoded(this.#roomId, reencoded, this.#otherNodes.newIn(before, after)));
  }

  serves(participantId: ParticipantId, session: number): boolean {
    return this.#departures.serves(this.#roomId, participantId, session);
  }

  rebuilt(): void {
    // Its media starts again from nothing.
    this.#changeReencoded([]);
    this.#toRoom(() => encode('outOfDate', {}));
    for (const connection of this.#connectedPeople.standing(this.#roomId).values()) connection.end(null);
  }

  async consumersOpened(viewerId: ParticipantId, session: number, offers: readonly ConsumerOffer[]) {
    const connection = this.#connectedPeople.find(this.#roomId, viewerId, session);
    if (!connection) throw new Error(`Session ${session} of ${viewerId} is not connected here.`);
    const consumers = offers.map(toWireOffer);
    // Nobody sends them again: they flow however long a slow device, or a page in the background, takes to set them up.
    const taken = ConsumersTaken.safeParse(await connection.ask('consumersOpened', { consumers }));
    return { tellsShown: taken.data?.tellsShown === true };
  }

  consumersClosed(viewerId: ParticipantId, session: number, consumerIds: readonly string[]): void {
    this.#toSession(viewerId, session, (connection) =>
      connection.notify('consumersClosed', { consumerIds: [...consumerIds] }),
    );
  }

  consumersPaused(
    viewerId: ParticipantId,
    session: number,
    changes: readonly { readonly consumerId: string; readonly paused: boolean }[],
  ): void {
    this.#toSession(viewerId, session, (connection) => connection.notify('consumersPaused', { changes: [...changes] }));
  }

  layersWanted(publisherId: ParticipantId, session: number, trackId: TrackId, maxSpatialLayer: number): void {
    this.#toSession(publisherId, session, (connection) =>
      connection.notify('layersWanted', { trackId, maxSpatialLayer }),
    );
  }

  activeSpeakersChanged(speakers: readonly Speaker[]): void {
    this.#toRoom(() => encode('activeSpeakers', { speakers: [...speakers] }));
  }

  connectionQualityChanged(participantId: ParticipantId, quality: Quality): void {
    this.#toRoom(() => encode('connectionQuality', { participantId, quality }));
    this.#quietly(() => this.#otherNodes.tellHappening(this.#roomId, 'connectionQuality', { participantId, quality }));
  }

  reencodingChanged(trackIds: readonly TrackId[]): void {
    this.#changeReencoded(trackIds);
    this.reencodingStatusChanged();
  }

  /** Something happened to somebody on another node, who has heard of it there. */
  happenedElsewhere({ name, body }: Happening): void {
    this.#toRoom(() => encode(name, body));
  }

  reencodingStatusChanged(): void {
    this.#toRoom((protocol) => encodedStatus(this.#reencoding.of(this.#roomId), protocol));
  }

  mediaLost(participantId: ParticipantId, session: number, renewed: RenewedTransports | null): void {
    const iceServers = this.#iceServers.for(participantId);
    const body = renewed ? { renewed: { ...toWireRenewed(renewed), iceServers } } : {};
    this.#toSession(participantId, session, (connection) => connection.notify('mediaLost', body));
  }

  #changeReencoded(trackIds: readonly TrackId[]): void {
    this.#reencoding.tracksChanged(this.#nodeId, this.#roomId, trackIds);
    this.#quietly(() => this.#otherNodes.tellReencoded(this.#roomId, trackIds));
  }

  #tellCommit(
    connection: ClientConnection,
    commit: Commit,
    encoded: EncodedCommit,
    before: RoomState,
    after: RoomState,
  ): void {
    const { participantId } = connection;
    const reason = endedBy(commit, participantId) ?? (replaces(commit, connection) ? 'replaced' : null);
    if (reason === 'replaced' && this.#departures.leaves(connection)) {
      this.#connectedPeople.removeSeated(connection);
      return;
    }
    if (reason) {
      this.#end(connection, reason);
      return;
    }
    const role = after.participants.get(participantId)?.role;
    if (!connection.hearsCommits || !role) return;
    const was = audienceOf(before.participants.get(participantId)?.role ?? role);
    const is = audienceOf(role);
    if (was === is) this.#tell(connection, encoded(is, connection));
    else {
      const [saw, sees] = [redactState(before, was, participantId), redactState(after, is, participantId)];
      this.#tellRoleChange(connection, commit, saw, sees, is);
    }
    // Another node took this one for dead and gave the session up: the client only has to resume.
    if (givesUp(commit, connection)) connection.notify('outOfDate', {});
  }

  /** The participant now sees more than before, or less. */
  #tellRoleChange(
    connection: ClientConnection,
    commit: Commit,
    before: RedactedRoom,
    after: RedactedRoom,
    audience: Audience,
  ): void {
    if (connection.protocol === 2) {
      connection.write(
        encodeAs('committed', toRoleChange2(redact(commit, audience, connection.participantId), before, after)),
      );
    } else {
      const { version, commitId } = commit;
      connection.notify('refreshed', { version, commitId, ...withNewestChat(after) });
    }
  }

  /** The record has ended the session, so nobody has to record that its connection is gone. */
  #end(connection: ClientConnection, reason: EndReason): void {
    this.#connectedPeople.removeSeated(connection);
    connection.end(reason);
  }

  #tellKnocking(connection: ClientConnection, commit: Commit): void {
    const decision = knockDecidedBy(commit, connection.participantId);
    if (!decision) return;
    this.#connectedPeople.removeKnocking(connection);
    if (decision === 'admitted' || decision === 'denied') {
      connection.notify('lobbyDecided', { admitted: decision === 'admitted' });
    } else {
      connection.end(decision);
    }
  }

  /** `encodedFor` is called once for each protocol. */
  #toRoom(encodedFor: (protocol: number) => string): void {
    const seated = [...this.#connectedPeople.seated(this.#roomId).values()];
    for (const [protocol, connections] of Map.groupBy(seated, (connection) => connection.protocol)) {
      this.#quietly(() => {
        const encoded = encodedFor(protocol);
        for (const connection of connections) this.#quietly(() => this.#tell(connection, encoded));
      });
    }
  }

  /** For what everybody hears. */
  #tell(connection: ClientConnection, encoded: string): void {
    this.#gathering.tell(this.#roomId, connection, encoded, this.#connectedPeople.seated(this.#roomId).size);
  }

  #toSession(participantId: ParticipantId, session: number, tell: (connection: ClientConnection) => void): void {
    const connection = this.#connectedPeople.find(this.#roomId, participantId, session);
    if (connection) this.#quietly(() => tell(connection));
  }

  /**
   * A notification that cannot be sent is a bug (such as a body that does not fit its schema); it must not harm the
   * room and the others.
   */
  #quietly(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#logger.error({ err: error, roomId: this.#roomId }, 'a notification could not be sent');
    }
  }
}

/** Returns whether the commit gives the participant's place to another connection. */
function replaces(commit: Commit, connection: ClientConnection): boolean {
  return (
    commit.commandId !== connection.entering &&
    commit.events.some(
      (event) =>
        event.type === 'ParticipantResumed' &&
        event.participantId === connection.participantId &&
        event.session !== connection.seat?.session,
    )
  );
}

/** Returns whether the commit calls this connection lost, although it is here. */
function givesUp(commit: Commit, { participantId, seat }: ClientConnection): boolean {
  return commit.events.some(
    (event) =>
      event.type === 'ParticipantDisconnected' &&
      event.participantId === participantId &&
      event.session === seat?.session,
  );
}

function toWireOffer(offer: ConsumerOffer) {
  return { ...offer, rtpParameters: { ...offer.rtpParameters } };
}
