import type { RoomHost } from '../../../core/host/RoomHost.ts';
import type { OpenedTransports, PreparedTransports } from '../../../core/media/RoomMedia.ts';
import type { RtpCapabilities } from '../../../core/media/rtpTypes.ts';
import type { CommandOf } from '../../../core/room/commands.ts';
import { audienceOf } from '../../../core/room/queries.ts';
import { redact, redactState } from '../../../core/room/redact.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import type { ClientConnection, Seat } from '../../connections/ClientConnection.ts';
import type { EntryAnswer, RequestBody } from '../../protocol/requests.ts';
import { endStandby } from '../../standby/endStandby.ts';
import { withNewestChat } from '../../telling/chatPages.ts';
import { encodedCommit } from '../../telling/encodedCommit.ts';
import { encodedStatus } from '../../telling/encodedStatus.ts';
import { changesRoleOf } from '../../telling/notifications.ts';
import type { SignalingContext } from '../context.ts';
import { withRoom } from '../withRoom.ts';
import { entrySnapshot } from './entrySnapshot.ts';
import { toExpectedMedia, toWirePair } from './transports.ts';
import { toViewerView } from './view.ts';

type EntryCommand = CommandOf<'JoinRoom'> | CommandOf<'ResumeSession'>;
type EntryRequest = Pick<RequestBody<'resume'>, 'rtpCapabilities' | 'view' | 'expected' | 'promote' | 'renews'> & {
  readonly version?: number;
  readonly commitId?: string | undefined;
};

/**
 * Takes the place that the command gives when it is this client's turn, and answers with record, transports and the
 * room at once, since people wait for this in an outage. If a step after the record fails, it undoes the entry by
 * recording the connection as lost.
 */
export async function enter(
  context: SignalingContext,
  connection: ClientConnection,
  command: EntryCommand,
  request: EntryRequest,
): Promise<EntryAnswer> {
  const { participants } = context.rooms.get(connection.roomId)?.state ?? {};
  await context.takeover.awaited(participants?.get(connection.participantId)?.nodeId);
  const { entering } = context.presenceAuditor;
  entering.add(command.commandId);
  try {
    const comesBack = command.type === 'ResumeSession';
    return await context.entries.run(comesBack, () => enterNow(context, connection, command, request));
  } finally {
    entering.delete(command.commandId);
  }
}

async function enterNow(
  context: SignalingContext,
  connection: ClientConnection,
  command: EntryCommand,
  request: EntryRequest,
): Promise<EntryAnswer> {
  // Its client gave up while it waited for its turn.
  if (!connection.isOpen) throw stale();
  return withRoom(context, connection.roomId, async (room) => {
    await requireInBreakout(context, connection, room);
    const prepared = prepareMedia(room, command, request);
    try {
      return await takePlace(context, connection, room, command, request, prepared);
    } finally {
      prepared?.close();
    }
  });
}

/**
 * Begins to open transports while the journal writes. Only for those who come back: whoever joins may be refused, which
 * must cost little.
 */
function prepareMedia(
  room: RoomHost,
  { type, participantId }: EntryCommand,
  { rtpCapabilities, promote }: EntryRequest,
): PreparedTransports | undefined {
  if (type !== 'ResumeSession' || !rtpCapabilities || promote) return undefined;
  return room.state.participants.has(participantId) ? room.media.prepareTransports() : undefined;
}

async function takePlace(
  context: SignalingContext,
  connection: ClientConnection,
  room: RoomHost,
  command: EntryCommand,
  request: EntryRequest,
  prepared: PreparedTransports | undefined,
): Promise<EntryAnswer> {
  // Signed while the journal writes.
  const [resumeToken, handled] = await Promise.all([context.tokens.signResume(connection), room.handle(command)]);
  context.budgets.charge(connection, handled);
  const participant = handled.state.participants.get(command.participantId);
  if (participant?.sessionCommandId !== command.commandId) throw stale();

  const seat = takeSeat(context, connection, room, participant.session);
  try {
    const promoted = promoteStandby(context, connection, room, seat, request);
    const { rtpCapabilities } = request;
    const transports =
      rtpCapabilities && !promoted ? await openMedia(room, seat, rtpCapabilities, request, prepared) : null;
    if (!connection.isOpen || connection.seat !== seat) throw stale();
    return {
      ...toEntryAnswer(context, connection, room, seat, request, resumeToken, transports, handled.version),
      ...(promoted && { promoted }),
    };
  } catch (error) {
    if (context.connectedPeople.removeSeated(connection)) context.presenceAuditor.left(seat);
    connection.takeSeat(null);
    throw error;
  }
}

/**
 * Into a breakout room comes only who is in it by the record of its main room, whatever token they have.
 * @throws Refusal NOT_IN_ROOM
 */
async function requireInBreakout(
  context: SignalingContext,
  { participantId, roomId }: ClientConnection,
  { state }: RoomHost,
): Promise<void> {
  const { breakoutOf } = state.settings;
  if (state.status !== 'open' || breakoutOf === undefined) return;
  await withRoom(context, breakoutOf.roomId, (main) =>
    main.handle({
      ...{ type: 'ConfirmBreakout', participantId, roomId },
      ...{ commandId: context.newId(), actor: { kind: 'node', nodeId: context.nodeId }, now: context.clock.now() },
    }),
  );
}

function takeSeat(
  { connectedPeople, presenceAuditor }: SignalingContext,
  connection: ClientConnection,
  room: RoomHost,
  session: number,
): Seat {
  const seat = { roomId: room.roomId, participantId: connection.participantId, session };
  if (!connection.isOpen) {
    presenceAuditor.left(seat);
    throw stale();
  }
  room.connect(seat.participantId, session);
  connection.takeSeat(seat);
  connectedPeople.removeKnocking(connection);
  // Another connection has the same session: the first answer to this request was lost with it.
  connectedPeople.addSeated(connection)?.end(null);
  return seat;
}

/**
 * The session takes over the media of whoever stood by on this connection; returns whether it does. Another connection
 * of the participant stands by here no more: this is its session's place.
 */
function promoteStandby(
  context: SignalingContext,
  connection: ClientConnection,
  room: RoomHost,
  { participantId, session }: Seat,
  { promote, view }: EntryRequest,
): boolean {
  const standing = context.connectedPeople.standing(room.roomId).get(participantId);
  if (!standing) return false;
  const promoted = promote === true && standing === connection && room.media.promote(participantId, session);
  if (promoted && view) room.media.setView(participantId, session, toViewerView(view));
  endStandby(context, standing);
  if (standing !== connection) standing.end(null);
  return promoted;
}

/** Sets the view first: hidden media is never opened. */
function openMedia(
  { media }: RoomHost,
  { participantId, session }: Seat,
  rtpCapabilities: object,
  { view, expected, renews }: EntryRequest,
  prepared: PreparedTransports | undefined,
): Promise<OpenedTransports> {
  if (view) media.setView(participantId, session, toViewerView(view));
  const capabilities = rtpCapabilities as RtpCapabilities;
  return media.openTransports(participantId, session, capabilities, toExpectedMedia(expected), { renews, prepared });
}

/** Runs without an await, so that no commit falls between the room in the answer and the first notified commit. */
function toEntryAnswer(
  context: SignalingContext,
  connection: ClientConnection,
  room: RoomHost,
  { participantId, session }: Seat,
  request: EntryRequest,
  resumeToken: string,
  transports: OpenedTransports | null,
  enteredAt: number,
): EntryAnswer {
  const { state } = room;
  const participant = state.participants.get(participantId);
  if (participant?.session !== session) throw stale();
  const audience = audienceOf(participant.role);
  const commits = request.version ? room.missedSince(request.version, request.commitId) : null;
  const missed = commits && !changesRoleOf(commits, participantId) ? commits : null;
  const shown = missed
    ? { state, version: room.version, commitId: room.commitId, tail: [] }
    : entrySnapshot(room, participantId, enteredAt);
  for (const commit of shown.tail) connection.write(encodedCommit(commit)(audience, connection));
  connection.startHearing();
  connection.write(encodedStatus(context.reencoding.of(room.roomId), connection.protocol));
  context.standbyPlaces.tell(connection, state.settings);
  return {
    roomId: room.roomId,
    participantId,
    session,
    resumeToken,
    ...(missed
      ? { room: null, earlierChat: false }
      : withNewestChat(redactState(shown.state, audience, participantId))),
    missed: missed?.map((commit) => redact(commit, audience, participantId)) ?? null,
    version: shown.version,
    commitId: shown.commitId,
    serverTime: context.clock.now(),
    rtpCapabilities: { ...context.media.rtpCapabilities },
    transports: transports && toWirePair(transports),
    iceServers: context.iceServers.for(participantId),
    files: context.files?.limits ?? null,
    pageSize: context.media.pageSize,
    nodes: context.nodes.urls(connection.nodeUrl, room.roomId),
  };
}

function stale(): Refusal {
  return new Refusal('STALE_SESSION', 'This participant has a newer session on another connection.');
}
