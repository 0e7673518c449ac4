import fc from 'fast-check';
import type { Actor, RoomCommand } from '../../core/room/commands.ts';
import { ALL_GRANTS, type RoomState, type TrackSource } from '../../core/room/state.ts';
import { type CommandBody, commandOf, NOW } from '../support/room.ts';

/**
 * A wish of somebody in a room, before it is known in which session they are, through which node they ask and which
 * track belongs to a source. Ids in `body` may be the words below; `toCommand` replaces them with their meaning at that
 * moment.
 */
export interface Request {
  readonly asks:
    | { readonly kind: 'participant'; readonly participantId: string; readonly sessionsOld: number }
    | 'node'
    | 'operator';
  readonly body: CommandBody;
}

/** The node that gets the request. */
const HERE = 'here';
/** The person who asks. */
const SELF = 'self';

/** Few people and messages, so that their actions collide. */
const participantId = fc.constantFrom('ann', 'bob', 'hal');
const anybody = fc.constantFrom(SELF, SELF, SELF, SELF, SELF, 'ann', 'bob', 'hal');
const source = fc.constantFrom<TrackSource>('microphone', 'microphone', 'microphone', 'camera');
const messageId = fc.constantFrom('m1', 'm2', 'm3');
const text = fc.constantFrom('hello', 'hullo');
const flag = fc.boolean();
const BREAKOUTS = {
  breakoutsId: 'breakouts',
  rooms: [
    { id: 'r1', name: 'One' },
    { id: 'r2', name: 'Two' },
  ],
  durationMs: 20,
  assigned: [{ participantId: 'bob', roomId: 'r2' }],
};
const NOT_UNMUTE = { ...ALL_GRANTS, unmute: false };

function weighed(...choices: readonly (readonly [weight: number, body: fc.Arbitrary<CommandBody>])[]) {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

const ofNode = weighed(
  [3, participantId.map(join)],
  [3, participantId.map((id): CommandBody => ({ type: 'ResumeSession', participantId: id, nodeId: HERE }))],
  [
    3,
    fc
      .tuple(participantId, fc.integer({ min: 1, max: 9 }))
      .map(([id, session]): CommandBody => ({ type: 'DisconnectParticipant', participantId: id, session })),
  ],
  [1, fc.constantFrom('node-1', 'node-2', 'node-3').map((nodeId): CommandBody => ({ type: 'DisconnectNode', nodeId }))],
  [1, fc.constant<CommandBody>({ type: 'ExpireParticipants' })],
  [1, fc.constant<CommandBody>({ type: 'EndDueBreakouts' })],
  [
    1,
    participantId.map(
      (id): CommandBody => ({
        type: 'Knock',
        participantId: id,
        name: id,
        nodeId: HERE,
        passwordVerifiedFor: null,
      }),
    ),
  ],
  [1, participantId.map((id): CommandBody => ({ type: 'WithdrawKnock', participantId: id }))],
);

const ofParticipant = weighed(
  [
    8,
    fc
      .record({ trackId: fc.constantFrom('first', 'second'), source, muted: flag })
      .map((fields): CommandBody => ({ type: 'PublishTrack', ...fields })),
  ],
  [
    24,
    fc
      .record({ participantId: anybody, trackId: source, muted: flag })
      .map((fields): CommandBody => ({ type: 'SetTrackMuted', ...fields })),
  ],
  [
    4,
    fc
      .record({ trackId: source, interrupted: flag })
      .map((fields): CommandBody => ({ type: 'SetTrackInterrupted', ...fields })),
  ],
  [
    2,
    fc
      .record({ participantId: anybody, trackId: source })
      .map((fields): CommandBody => ({ type: 'UnpublishTrack', ...fields })),
  ],
  [6, fc.record({ messageId, text }).map((fields): CommandBody => ({ type: 'PostChat', ...fields }))],
  [
    2,
    fc.record({ messageId, fileId: fc.constantFrom('f1', 'f2') }).map(({ messageId, fileId }): CommandBody => {
      const file = { id: fileId, name: 'plan.pdf', bytes: 4, mediaType: 'application/pdf' };
      return { type: 'ShareFile', messageId, file, roomBytes: 6 };
    }),
  ],
  [2, fc.record({ messageId, text }).map((fields): CommandBody => ({ type: 'EditChat', ...fields }))],
  [1, messageId.map((id): CommandBody => ({ type: 'DeleteChat', messageId: id }))],
  [
    2,
    fc
      .record({ messageId, emoji: fc.constantFrom('👍', '🎉'), on: flag })
      .map((fields): CommandBody => ({ type: 'ReactToMessage', ...fields })),
  ],
  [2, fc.constant<CommandBody>({ type: 'RaiseHand' })],
  [2, anybody.map((id): CommandBody => ({ type: 'LowerHand', participantId: id }))],
  [1, text.map((name): CommandBody => ({ type: 'Rename', name }))],
  [1, fc.constant<CommandBody>({ type: 'LeaveRoom' })],
  [
    1,
    fc
      .record({ participantId, role: fc.constantFrom('host' as const, 'guest' as const) })
      .map((fields): CommandBody => ({ type: 'SetRole', ...fields })),
  ],
  [1, flag.map((locked): CommandBody => ({ type: 'SetLocked', locked }))],
  [1, fc.constant<CommandBody>({ type: 'BeginRecording' })],
  [1, anybody.map((id): CommandBody => ({ type: 'EndRecording', participantId: id }))],
  [1, flag.map((filesAllowed): CommandBody => ({ type: 'SetFilesAllowed', filesAllowed }))],
  [1, flag.map((recordingAllowed): CommandBody => ({ type: 'SetRecordingAllowed', recordingAllowed }))],
  [1, flag.map((lobby): CommandBody => ({ type: 'SetLobby', lobby }))],
  [1, participantId.map((id): CommandBody => ({ type: 'SetGrants', participantId: id, grants: NOT_UNMUTE }))],
  [1, flag.map((unmute): CommandBody => ({ type: 'SetRoomGrants', grants: { ...ALL_GRANTS, unmute } }))],
  [1, participantId.map((id): CommandBody => ({ type: 'Admit', participantId: id }))],
  [1, participantId.map((id): CommandBody => ({ type: 'RemoveParticipant', participantId: id }))],
  [2, flag.map((free): CommandBody => ({ type: 'OpenBreakouts', ...BREAKOUTS, free }))],
  [1, fc.constant<CommandBody>({ type: 'EndBreakouts' })],
  [2, participantId.map((id): CommandBody => ({ type: 'AssignBreakout', participantId: id, roomId: 'r1' }))],
  [3, fc.constantFrom('r1', 'r2').map((roomId): CommandBody => ({ type: 'EnterBreakout', roomId }))],
  [2, fc.constant<CommandBody>({ type: 'LeaveBreakout' })],
);

const ofOperator = weighed(
  [4, participantId.map((id): CommandBody => ({ type: 'Unban', participantId: id }))],
  [1, participantId.map((id): CommandBody => ({ type: 'Ban', participantId: id }))],
  [1, fc.constantFrom<CommandBody>({ type: 'CloseRoom' }, createRoom())],
);

export const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  { weight: 6, arbitrary: ofNode.map((body): Request => ({ asks: 'node', body })) },
  {
    weight: 40,
    arbitrary: fc
      // Mostly the newest session, sometimes one that was replaced.
      .record({ participantId, sessionsOld: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2), body: ofParticipant })
      .map(({ body, ...who }): Request => ({ asks: { kind: 'participant', ...who }, body })),
  },
  { weight: 1, arbitrary: ofOperator.map((body): Request => ({ asks: 'operator', body })) },
);

/** The requests that set a room up: a host and two members, two microphones, one of them muted. */
export const OPENING: readonly Request[] = [
  { asks: 'operator', body: createRoom() },
  { asks: 'node', body: join('hal') },
  { asks: 'node', body: join('ann') },
  { asks: 'node', body: join('bob') },
  ...['hal', 'ann'].map(
    (id): Request => ({
      asks: { kind: 'participant', participantId: id, sessionsOld: 0 },
      body: { type: 'PublishTrack', trackId: 'first', source: 'microphone', muted: id === 'ann' },
    }),
  ),
];

function join(id: string): CommandBody {
  const role = id === 'hal' ? 'host' : 'member';
  return { type: 'JoinRoom', participantId: id, name: id, role, nodeId: HERE, passwordVerifiedFor: null };
}

function createRoom(): CommandBody {
  return { type: 'CreateRoom', name: 'Model', capacity: 3, graceMs: 20, lobby: false, passwordHash: null };
}

/** Returns the request as a command to `nodeId`, from somebody who knows the room as `known`. */
export function toCommand(
  { asks, body }: Request,
  known: RoomState,
  { nodeId, commandId, step }: { nodeId: string; commandId: string; step: number },
): RoomCommand {
  const self = typeof asks === 'string' ? SELF : asks.participantId;
  return commandOf(actorOf(asks, known, nodeId), resolved(body, known, self, nodeId), { commandId, now: NOW + step });
}

function resolved(body: CommandBody, known: RoomState, self: string, nodeId: string): CommandBody {
  switch (body.type) {
    case 'JoinRoom':
    case 'ResumeSession':
    case 'Knock':
      return { ...body, nodeId };
    case 'PublishTrack':
      return { ...body, trackId: `${self}-${body.source}-${body.trackId}` };
    case 'LowerHand':
      return { ...body, participantId: body.participantId === SELF ? self : body.participantId };
    case 'SetTrackMuted':
    case 'UnpublishTrack': {
      const ownerId = body.participantId === SELF ? self : body.participantId;
      return { ...body, participantId: ownerId, trackId: trackOf(known, ownerId, body.trackId) };
    }
    case 'SetTrackInterrupted':
      return { ...body, trackId: trackOf(known, self, body.trackId) };
    case 'OpenBreakouts':
      return { ...body, breakoutsId: `breakouts-${known.lastSession}` };
    default:
      return body;
  }
}

function trackOf(known: RoomState, ownerId: string, source: string): string {
  const tracks = [...(known.participants.get(ownerId)?.tracks.values() ?? [])];
  return tracks.find((track) => track.source === source)?.id ?? 'none';
}

function actorOf(asks: Request['asks'], known: RoomState, nodeId: string): Actor {
  if (asks === 'operator') return { kind: 'operator' };
  if (asks === 'node') return { kind: 'node', nodeId };
  const newest = known.participants.get(asks.participantId)?.session ?? known.lastSession;
  return { kind: 'participant', participantId: asks.participantId, session: Math.max(1, newest - asks.sessionsOld) };
}
