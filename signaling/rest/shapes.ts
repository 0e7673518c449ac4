import { z } from 'zod';
import { EngineName, OutputCodec } from '../../core/reencoding/messages.ts';
import { Id, ReencodingPolicy, Role, TrackKind, TrackSource } from '../protocol/shapes.ts';

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

export const CreateRoom = z.strictObject({
  roomId: RoomId.optional().describe('With the API key only; drawn at random when left out.'),
  name: z.string().max(256).optional().describe('Shown to people. The room id when left out.'),
  capacity: z.number().int().optional().describe('The most participants.'),
  graceMs: z.number().int().optional().describe('How long somebody whose connection broke keeps the place.'),
  lobby: z.boolean().default(false).describe('Whether people wait until a host lets them in.'),
  password: z.string().min(1).max(256).optional(),
});

export const MintToken = z.strictObject({
  participantId: ParticipantId.optional().describe('With the API key only; drawn at random when left out.'),
  name: z.string().min(1).max(64).optional().describe('With the API key only: the name that the participant goes by.'),
  role: Role.default('member').describe('Without the API key: member.'),
  ttlSeconds: z
    .number()
    .int()
    .min(10)
    .max(30 * 24 * 3_600)
    .default(DEFAULT_TTL_SECONDS)
    .describe('How long one may join with it.'),
});

export const JoinToken = z.object({
  roomId: RoomId,
  participantId: ParticipantId,
  role: Role,
  token: z.string(),
  expiresAt: z.number(),
});

export const CreatedRoom = JoinToken.extend({ url: z.string().describe('Where people join.') });

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
      connected: z.boolean(),
      joinedAt: z.number(),
      handRaisedAt: z.number().nullable(),
      tracks: z.array(DescribedTrack),
    }),
  ),
});

export const ReencodingDescription = z.object({
  available: z.boolean(),
  reason: z.string().nullable().describe('What is missing, or why tracks may have to wait.'),
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
  openRoomCreation: z.boolean(),
  nodes: z.array(z.string()),
});

export const Readiness = z.object({ ready: z.boolean(), checks: z.record(z.string(), z.boolean()) });
