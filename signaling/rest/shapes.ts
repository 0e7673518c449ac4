import { z } from 'zod';
import { EngineName, OutputCodec } from '../../core/reencoding/messages.ts';
import { MAX_BREAKOUTS } from '../../core/room/breakouts.ts';
import { ReencodingHindrance } from '../protocol/notifications.ts';
import {
  Grants,
  HotStandby,
  Id,
  MediaBounds,
  ReencodingPolicy,
  Role,
  TrackKind,
  TrackSource,
} from '../protocol/shapes.ts';

/** The words of the REST API. Times are ms since the epoch. */

export const DEFAULT_TTL_SECONDS = 12 * 3_600;

const RoomId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must have 1 to 64 letters, digits, dashes or underscores')
  .describe('Part of the address at which people join.');
const ParticipantId = z
  .string()
  .regex(/^[\w.@:+-]{1,128}$/, 'must have 1 to 128 letters, digits or one of _ . @ : + -')
  .describe('Stable for one person or device in one room: it survives every reconnect.');

export const RoomParams = z.object({ roomId: RoomId });
export const ParticipantParams = z.object({ roomId: RoomId, participantId: ParticipantId });

const hotStandby = HotStandby.describe('Whether clients keep a second place ready; auto: as HOT_STANDBY says.');

const privateChat = z.boolean().describe('Whether people may write to one another alone.');
const recordingAllowed = z
  .boolean()
  .describe("Whether people's pages may record the meeting; everybody sees who does.");
const filesAllowed = z.boolean().describe('Whether people may share files, where the deployment takes any.');
const joinMuted = z.boolean().describe('Whether the microphones of people who are no hosts start muted.');
const mediaBounds = MediaBounds.partial().describe(
  'The most cameras (`lastN`), microphones and screens that each viewer receives, and tiles that a page shows. Null, or left ' +
    'out at first: as the server says, which may allow less.',
);

export const CreateRoom = z.strictObject({
  roomId: RoomId.optional().describe('With the API key only; drawn at random when left out.'),
  name: z.string().max(256).optional().describe('Shown to people. The room id when left out.'),
  capacity: z.number().int().optional().describe('The most participants.'),
  graceMs: z.number().int().optional().describe('How long somebody whose connection broke keeps the place.'),
  lobby: z.boolean().default(false).describe('Whether people wait until a host lets them in.'),
  password: z.string().min(1).max(256).optional(),
  guests: z
    .boolean()
    .optional()
    .describe(
      'Whether people come in with tokens that were given without the API key. Left out: only if the room is made without ' +
        'the API key too.',
    ),
  hotStandby: hotStandby.optional(),
  recordingAllowed: recordingAllowed.optional(),
  filesAllowed: filesAllowed.optional(),
  mediaBounds: mediaBounds.optional(),
});

export const MintToken = z.strictObject({
  participantId: ParticipantId.optional().describe('With the API key only; drawn at random when left out.'),
  name: z.string().min(1).max(64).optional().describe('With the API key only: the name that the participant goes by.'),
  role: Role.default('member').describe('Without the API key: member, and guest for those who could have signed in.'),
  grants: Grants.optional().describe('With the API key only: what the participant may do. Left out: as the room says.'),
  ttlSeconds: z
    .number()
    .int()
    .min(10)
    .max(30 * 24 * 3_600)
    .default(DEFAULT_TTL_SECONDS)
    .describe('How long one may join with it.'),
});

export const RoomChange = z.strictObject({
  name: z.string().max(256).optional(),
  locked: z.boolean().optional(),
  lobby: z.boolean().optional(),
  password: z.string().min(1).max(256).nullable().optional().describe('Null removes it.'),
  capacity: z.number().int().optional(),
  reencoding: ReencodingPolicy.optional(),
  grants: Grants.optional().describe('What people may do who have no grants of their own.'),
  guests: z.boolean().optional().describe('Whether tokens that were given without the API key let people in.'),
  hotStandby: hotStandby.optional(),
  joinMuted: joinMuted.optional(),
  privateChat: privateChat.optional(),
  recordingAllowed: recordingAllowed.optional(),
  filesAllowed: filesAllowed.optional(),
  mediaBounds: mediaBounds.optional(),
});

export const BanList = z.object({
  bans: z.array(
    z.object({
      participantId: Id,
      name: z.string().nullable(),
      account: z.boolean().describe('Whether the account with which they signed in is kept out too.'),
      device: z.boolean().describe('Whether the browser is kept out too.'),
      address: z.boolean().describe('Whether the network address is, until `addressUntil`.'),
      addressUntil: z.number().nullable(),
    }),
  ),
});

export const NewBreakouts = z.strictObject({
  names: z.array(z.string().max(256)).min(1).max(MAX_BREAKOUTS),
  free: z.boolean().default(false).describe('Whether everybody chooses a room.'),
  durationMs: z.number().int().nullable().default(null).describe('Null: until they are ended.'),
  assigned: z
    .array(z.strictObject({ participantId: Id, room: z.number().int().min(0) }))
    .max(2_000)
    .default([]),
});

export const BreakoutsDescription = z.object({
  breakouts: z
    .object({
      rooms: z.array(z.object({ id: Id, name: z.string() })),
      free: z.boolean(),
      openedAt: z.number(),
      endsAt: z.number().nullable(),
      places: z
        .array(z.object({ participantId: Id, assigned: Id.nullable(), inside: Id.nullable() }))
        .describe('Of everybody who is assigned or inside.'),
    })
    .nullable()
    .describe('Null while none are open.'),
});

export const LobbyList = z.object({
  waiting: z.array(z.object({ participantId: Id, name: z.string(), knockedAt: z.number() })),
});

export const JoinToken = z.object({
  roomId: RoomId,
  participantId: ParticipantId,
  role: Role,
  token: z.string(),
  expiresAt: z.number(),
});

export const CreatedRoom = JoinToken.extend({ url: z.string().describe('Where people join.') });

export const ConnectionTest = z.object({
  tokens: z.array(z.string()).describe('Each lets one participant in, for as long as the room is open.'),
});

export const RoomDescription = z.object({
  roomId: RoomId,
  url: z.string(),
  name: z.string(),
  createdAt: z.number(),
  capacity: z.number(),
  graceMs: z.number(),
  locked: z.boolean(),
  lobby: z.boolean(),
  passwordProtected: z.boolean(),
  reencoding: ReencodingPolicy,
  grants: Grants.describe('What people may do who have no grants of their own; hosts may do everything.'),
  guests: z.boolean(),
  hotStandby: HotStandby,
  joinMuted,
  privateChat,
  recordingAllowed,
  filesAllowed,
  mediaBounds: MediaBounds,
  participants: z.number().describe('In the room, connected or expected back.'),
  connected: z.number(),
  knocking: z.number(),
  reencodedTracks: z
    .array(z.string())
    .describe('Tracks that viewers receive reencoded, as the node that answers knows.'),
});

export const RoomList = z.object({
  rooms: z.array(z.object({ roomId: z.string(), lastActivityAt: z.number() })),
});
export const RoomListQuery = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) });

/** `reencoding` is the wish for this track, `reencoded` its current state. */
const DescribedTrack = z.object({
  id: Id,
  source: TrackSource,
  kind: TrackKind,
  muted: z.boolean(),
  reencoding: z.boolean().nullable(),
  reencoded: z.boolean().describe('Whether viewers receive it reencoded, as the node that answers knows.'),
});
export const ParticipantList = z.object({
  participants: z.array(
    z.object({
      id: Id,
      name: z.string(),
      role: Role,
      nameFixed: z.boolean().describe('The name is the one of the token.'),
      grants: Grants.nullable().describe('Null: as the room says.'),
      connected: z.boolean(),
      joinedAt: z.number(),
      handRaisedAt: z.number().nullable(),
      tracks: z.array(DescribedTrack),
    }),
  ),
});

export const ReencodingDescription = z.object({
  available: z.boolean(),
  hindrance: ReencodingHindrance.nullable().describe('What is missing, or what further tracks wait for.'),
  reason: z.string().nullable().describe('The same in a sentence, with what to do.'),
  sidecars: z.array(
    z.object({
      name: z.string(),
      startedAt: z.number(),
      engine: EngineName.nullable().describe('Null if no engine works there.'),
      outputs: z.array(OutputCodec),
      reason: z.string().nullable(),
      tracks: z.number().describe('Tracks that it reencodes now.'),
      capacity: z.number().describe('Tracks that its CPU can carry.'),
      draining: z.boolean(),
    }),
  ),
});

export const PageConfig = z.object({
  version: z.string(),
  protocol: z.number(),
  openRoomCreation: z.boolean().describe('Whether whoever asks may create rooms without the API key.'),
  signIn: z
    .object({
      person: z.object({ name: z.string() }).nullable().describe('Who has signed in in this browser.'),
      creates: z.boolean().describe('Whether people who have signed in may create rooms.'),
    })
    .nullable()
    .describe('Null where nobody can sign in. The page goes to /sign-in?to=PATH, and signs out with POST /sign-out.'),
  frameAncestors: z.array(z.string()).describe('Origins whose pages may embed the meeting page.'),
  nodes: z.array(z.string()),
});

export const Readiness = z.object({ ready: z.boolean(), checks: z.record(z.string(), z.boolean()) });
