import { randomUUID } from 'node:crypto';
import { Replica } from '../../core/host/Replica.ts';
import type { RoomAudience } from '../../core/host/RoomAudience.ts';
import { RoomHost } from '../../core/host/RoomHost.ts';
import { createMediaPlane, type MediaPlaneOptions } from '../../core/media/createMediaPlane.ts';
import type { MediaPlane } from '../../core/media/MediaPlane.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../core/media/rtpTypes.ts';
import type { Actor, RoomCommand } from '../../core/room/commands.ts';
import { audienceOf } from '../../core/room/queries.ts';
import { redact, redactState } from '../../core/room/redact.ts';
import type { TrackSource } from '../../core/room/state.ts';
import { InMemoryJournal, InMemoryJournalStore } from '../../recovery/journal/InMemoryJournal.ts';
import { restore } from '../../recovery/replay.ts';
import { Tokens } from '../../signaling/auth/tokens.ts';
import { requests } from '../../signaling/protocol/requests.ts';

type RehearsalOptions = Pick<MediaPlaneOptions, 'iceTcp' | 'clock' | 'logger'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const NAME = 'rehearsal';
const NODE: Actor = { kind: 'node', nodeId: NAME };
const PEOPLE = ['ann', 'bob'];
const TRACKS: readonly (Required<Pick<RtpParameters, 'codecs' | 'encodings'>> & { readonly source: TrackSource })[] = [
  {
    source: 'camera',
    codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }],
    encodings: [
      { rid: 'r0', scalabilityMode: 'L1T2' },
      { rid: 'r1', scalabilityMode: 'L1T2' },
    ],
  },
  {
    source: 'microphone',
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
    encodings: [{}],
  },
];
/** A fingerprint that no client has. */
const FINGERPRINT = Array.from({ length: 32 }, () => '00').join(':');
const LIMIT_MS = 5_000;

/**
 * Does once what a recovery does in its first moments: two people come back to a room, and their media are opened for
 * each other. The room, its journal and its worker are its own, and end with it. Code is compiled when it first runs: a
 * standby that has rehearsed answers its first clients several times faster.
 * @throws Error when a part of it fails
 */
export async function rehearse(options: RehearsalOptions): Promise<void> {
  const media = await createMediaPlane({
    ...options,
    nodeId: NAME,
    workers: 1,
    listen: [{ ip: '127.0.0.1' }],
    basePort: 0,
  });
  try {
    await media.listen({ besideAnother: true });
    const journal = new InMemoryJournal(new InMemoryJournalStore());
    const { host, everybodySees } = openRoom(media, journal, options);
    try {
      await gather(host, options);
      await restore(journal, NAME);
      await Promise.all(PEOPLE.map((participantId) => comeBack(host, participantId, media.rtpCapabilities, options)));
      await inTime(everybodySees, options);
    } finally {
      await host.close();
    }
  } finally {
    await media.close();
  }
}

async function inTime(work: Promise<void>, { clock }: RehearsalOptions): Promise<void> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.setTimer(LIMIT_MS, () => reject(new Error('the people of the rehearsal do not see each other')));
  });
  try {
    await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

function openRoom(media: MediaPlane, journal: InMemoryJournal, { clock, logger }: RehearsalOptions) {
  const replica = async (): Promise<Replica> => {
    const { state, position, recent } = await restore(journal, NAME);
    return new Replica(state, position, recent);
  };
  const seeing = new Set<string>();
  let allSee = (): void => undefined;
  const everybodySees = new Promise<void>((resolve) => {
    allSee = resolve;
  });
  const audience: RoomAudience = {
    committed: (commit, _, after) =>
      void JSON.stringify([redact(commit, audienceOf('host')), redactState(after, audienceOf('host'))]),
    serves: () => false,
    rebuilt: () => undefined,
    async consumersOpened(viewerId, _, offers) {
      JSON.stringify(offers);
      seeing.add(viewerId);
      if (seeing.size === PEOPLE.length) allSee();
      return { tellsShown: false };
    },
    consumersClosed: () => undefined,
    consumersPaused: () => undefined,
    layersWanted: () => undefined,
    activeSpeakersChanged: () => undefined,
    connectionQualityChanged: () => undefined,
    reencodingChanged: () => undefined,
    mediaLost: () => undefined,
  };
  const host = new RoomHost(NAME, new Replica(), {
    ...{ nodeId: NAME, journal, media, audience, clock, logger, newId: randomUUID, restore: replica },
    ...{ commandTimeoutMs: LIMIT_MS, roomBytes: Number.POSITIVE_INFINITY },
    onAccepted: () => undefined,
    onFailed: (_, error) => logger.debug({ err: error }, 'the rehearsal failed'),
  });
  return { host, everybodySees };
}

/** The room as the journal of a dead node leaves it. */
async function gather(host: RoomHost, options: RehearsalOptions): Promise<void> {
  const settings = { name: NAME, capacity: PEOPLE.length, graceMs: LIMIT_MS, lobby: false, passwordHash: null };
  await give(host, options, { type: 'CreateRoom', ...settings }, { kind: 'operator' });
  for (const participantId of PEOPLE) {
    const entry = {
      participantId,
      name: participantId,
      role: 'host',
      nodeId: NAME,
      passwordVerifiedFor: null,
    } as const;
    const { state } = await give(host, options, { type: 'JoinRoom', ...entry }, NODE);
    const session = state.participants.get(participantId)?.session ?? 0;
    for (const { source } of TRACKS) {
      const trackId = `${source} of ${participantId}`;
      const publisher: Actor = { kind: 'participant', participantId, session };
      await give(host, options, { type: 'PublishTrack', trackId, source, muted: false }, publisher);
    }
  }
}

async function comeBack(
  host: RoomHost,
  participantId: string,
  rtpCapabilities: RtpCapabilities,
  options: RehearsalOptions,
): Promise<void> {
  const tokens = new Tokens(randomUUID(), () => options.clock.now());
  await tokens.verify(await tokens.signResume({ roomId: NAME, participantId }));
  const expected = TRACKS.map(({ source, codecs, encodings }, place) => ({
    trackId: `${source} of ${participantId}`,
    rtpParameters: {
      mid: String(place),
      codecs,
      encodings,
      headerExtensions: [],
      rtcp: {},
    },
  }));
  requests.resume.request.parse({ commandId: randomUUID(), version: 1, rtpCapabilities: {}, expected });
  const prepared = host.media.prepareTransports();
  const { state } = await give(host, options, { type: 'ResumeSession', participantId, nodeId: NAME }, NODE);
  const session = state.participants.get(participantId)?.session ?? 0;
  host.connect(participantId, session);
  const { send, recv } = await host.media.openTransports(participantId, session, rtpCapabilities, expected, {
    prepared,
  });
  const dtlsParameters: DtlsParameters = {
    role: 'client',
    fingerprints: [{ algorithm: 'sha-256', value: FINGERPRINT }],
  };
  for (const { id } of [send, recv]) await host.media.connectTransport(participantId, session, id, dtlsParameters);
}

function give(
  host: RoomHost,
  { clock }: RehearsalOptions,
  command: DistributiveOmit<RoomCommand, 'commandId' | 'actor' | 'now'>,
  actor: Actor,
): ReturnType<RoomHost['handle']> {
  return host.handle({ ...command, commandId: randomUUID(), actor, now: clock.now() });
}
