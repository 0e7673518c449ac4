import type { RoomAudience } from '../../core/host/RoomAudience.ts';
import type { ConsumerOffer, Quality, Speaker } from '../../core/media/RoomMedia.ts';
import type { Logger } from '../../core/ports.ts';
import type { Commit } from '../../core/room/commit.ts';
import { audienceOf } from '../../core/room/queries.ts';
import { type Audience, concernsHostsOnly, type RedactedRoom, redact, redactState } from '../../core/room/redact.ts';
import type { NodeId, ParticipantId, RoomId, RoomState, TrackId } from '../../core/room/state.ts';
import type { Attendance } from '../connections/Attendance.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';
import type { Departures } from '../connections/Departures.ts';
import { ConsumersTaken } from '../protocol/notifications.ts';
import type { Protocol } from '../protocol/version.ts';
import { toCommit2, toRoleChange2 } from '../protocol2/toProtocol2.ts';
import type { ReencodingStatus } from '../reencoding/ReencodingStatus.ts';
import { withNewestChat } from './chatPages.ts';
import { type EndReason, encode, encodeAs, endedBy, knockDecidedBy } from './notifications.ts';
import type { Happening, OtherNodes } from './OtherNodes.ts';

/** How long a client may take to set up the consumers that it gets. */
const CONSUMERS_TIMEOUT_MS = 5_000;

interface SocketAudienceDeps {
  readonly nodeId: NodeId;
  readonly attendance: Attendance;
  readonly departures: Departures;
  readonly reencoding: ReencodingStatus;
  readonly otherNodes: OtherNodes;
  readonly logger: Logger;
}

/** The sockets of one room on this node. */
export class SocketAudience implements RoomAudience {
  readonly #roomId: RoomId;
  readonly #nodeId: NodeId;
  readonly #attendance: Attendance;
  readonly #departures: Departures;
  readonly #reencoding: ReencodingStatus;
  readonly #otherNodes: OtherNodes;
  readonly #logger: Logger;

  constructor(roomId: RoomId, deps: SocketAudienceDeps) {
    this.#roomId = roomId;
    this.#nodeId = deps.nodeId;
    this.#attendance = deps.attendance;
    this.#departures = deps.departures;
    this.#reencoding = deps.reencoding;
    this.#otherNodes = deps.otherNodes;
    this.#logger = deps.logger;
  }

  committed(commit: Commit, before: RoomState, after: RoomState): void {
    const encoded = encodedFor(commit);
    for (const connection of this.#attendance.seated(this.#roomId).values()) {
      this.#quietly(() => this.#tellCommit(connection, commit, encoded, before, after));
    }
    for (const connection of this.#attendance.knocking(this.#roomId).values()) {
      this.#quietly(() => this.#tellKnocking(connection, commit));
    }
    for (const connection of this.#attendance.standing(this.#roomId).values()) {
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
    for (const connection of this.#attendance.standing(this.#roomId).values()) connection.end(null);
  }

  async consumersOpened(viewerId: ParticipantId, session: number, offers: readonly ConsumerOffer[]) {
    const connection = this.#attendance.find(this.#roomId, viewerId, session);
    if (!connection) throw new Error(`Session ${session} of ${viewerId} is not connected here.`);
    const consumers = offers.map(toWireOffer);
    const taken = ConsumersTaken.safeParse(
      await connection.ask('consumersOpened', { consumers }, CONSUMERS_TIMEOUT_MS),
    );
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
    this.#toRoom(() => encode('reencodingStatus', this.#reencoding.of(this.#roomId)));
  }

  mediaLost(participantId: ParticipantId, session: number): void {
    this.#toSession(participantId, session, (connection) => connection.notify('mediaLost', {}));
  }

  #changeReencoded(trackIds: readonly TrackId[]): void {
    this.#reencoding.tracksChanged(this.#nodeId, this.#roomId, trackIds);
    this.#quietly(() => this.#otherNodes.tellReencoded(this.#roomId, trackIds));
  }

  #tellCommit(
    connection: ClientConnection,
    commit: Commit,
    encoded: Encoded,
    before: RoomState,
    after: RoomState,
  ): void {
    const { participantId } = connection;
    const reason = endedBy(commit, participantId) ?? (replaces(commit, connection) ? 'replaced' : null);
    if (reason === 'replaced' && this.#departures.leaves(connection)) {
      this.#attendance.removeSeated(connection);
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
    if (was === is) connection.write(encoded(is, connection.protocol));
    else this.#tellRoleChange(connection, commit, redactState(before, was), redactState(after, is), is);
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
      connection.write(encodeAs('committed', toRoleChange2(redact(commit, audience), before, after)));
    } else {
      const { version, commitId } = commit;
      connection.notify('refreshed', { version, commitId, ...withNewestChat(after) });
    }
  }

  /** The record has ended the session, so nobody has to record that its connection is gone. */
  #end(connection: ClientConnection, reason: EndReason): void {
    this.#attendance.removeSeated(connection);
    connection.end(reason);
  }

  #tellKnocking(connection: ClientConnection, commit: Commit): void {
    const decision = knockDecidedBy(commit, connection.participantId);
    if (!decision) return;
    this.#attendance.removeKnocking(connection);
    if (decision === 'admitted' || decision === 'denied') {
      connection.notify('lobbyDecided', { admitted: decision === 'admitted' });
    } else {
      connection.end(decision);
    }
  }

  #toRoom(toEncoded: () => string): void {
    const seated = this.#attendance.seated(this.#roomId);
    if (seated.size === 0) return;
    this.#quietly(() => {
      const encoded = toEncoded();
      for (const connection of seated.values()) this.#quietly(() => connection.write(encoded));
    });
  }

  #toSession(participantId: ParticipantId, session: number, tell: (connection: ClientConnection) => void): void {
    const connection = this.#attendance.find(this.#roomId, participantId, session);
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

type Encoded = (audience: Audience, protocol: Protocol) => string;

/** The commit as text, encoded once for each audience and protocol, or once for both audiences if they see the same. */
function encodedFor(commit: Commit): Encoded {
  const made = new Map<string, string>();
  const differs = concernsHostsOnly(commit);
  return (audience, protocol) => {
    const as: Audience = differs ? audience : 'participant';
    const key = `${as} ${protocol}`;
    let encoded = made.get(key);
    if (encoded === undefined) {
      const body = redact(commit, as);
      encoded = protocol === 2 ? encodeAs('committed', toCommit2(body)) : encode('committed', body);
      made.set(key, encoded);
    }
    return encoded;
  };
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
