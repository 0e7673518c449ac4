import { describe, expect, test } from 'vitest';
import {
  EMPTY_ROOM,
  type Participant,
  type ReencodingPolicy,
  type RoomState,
  type Track,
  type TrackId,
} from '../room/state.ts';
import type { LiveProducer, LiveViewer, ReencodableCodec, ReencodedCodec } from './mediaSteps.ts';
import { planReencoding } from './planReencoding.ts';

const NOBODY_YET: ReadonlyMap<TrackId, ReencodedCodec> = new Map();
const SERVED: ReadonlyMap<TrackId, ReencodedCodec> = new Map([['cam', 'VP8']]);

interface Scene {
  readonly policy?: ReencodingPolicy;
  /** The host's wish for Ann's camera. */
  readonly wish?: boolean | null;
  readonly muted?: boolean;
  readonly codec?: ReencodableCodec | null;
  /** Others in the room, and how many of them are disconnected. */
  readonly others?: number;
  readonly away?: number;
  /** Devices of the others that refuse Ann's camera. */
  readonly refusing?: number;
  /** Somebody on another node cannot receive it. */
  readonly refusedElsewhere?: boolean;
  readonly receives?: readonly (readonly ReencodedCodec[])[];
}

function planned(scene: Scene, before = NOBODY_YET): ReadonlyMap<TrackId, ReencodedCodec> {
  const { policy = { mode: 'off' }, wish = null, muted = false, codec = 'VP9' } = scene;
  const { others = scene.receives?.length ?? 1, away = 0, refusing = 0 } = scene;
  const camera = { id: 'cam', source: 'camera' as const, kind: 'video' as const, muted, reencoding: wish };
  const microphone = { ...camera, id: 'mic', source: 'microphone' as const, kind: 'audio' as const };
  const people = [
    participant('ann', true, [camera, microphone]),
    ...Array.from({ length: others }, (_, index) => participant(`viewer-${index}`, index >= away, [])),
  ];
  const room: RoomState = {
    ...EMPTY_ROOM,
    status: 'open',
    settings: { ...EMPTY_ROOM.settings, reencoding: policy },
    participants: new Map(people.map((person) => [person.id, person])),
  };
  const viewers = people.map(({ id }, index): [string, LiveViewer] => [
    id,
    {
      routerId: 'one',
      standby: false,
      consumers: new Map(),
      undecodable: new Set(index > 0 && index <= refusing ? ['producer of cam'] : []),
      receives: new Set(scene.receives?.[index - 1] ?? ['VP8', 'H264']),
    },
  ]);
  const producers = new Map([
    ['cam', producer('cam', codec)],
    ['mic', producer('mic', null)],
  ]);
  const isUnreceivableElsewhere = () => scene.refusedElsewhere === true;
  return planReencoding(room, { producers, viewers: new Map(viewers), isUnreceivableElsewhere }, before);
}

function participant(id: string, connected: boolean, tracks: readonly Track[]): Participant {
  return {
    id,
    name: id,
    role: 'member',
    session: 1,
    sessionCommandId: id,
    nodeId: 'node-1',
    connected,
    expiresAt: null,
    joinedAt: 0,
    handRaisedAt: null,
    nameFixed: false,
    grants: null,
    device: null,
    address: null,
    tracks: new Map(tracks.map((track) => [track.id, track])),
  };
}

function producer(trackId: TrackId, codec: ReencodableCodec | null): LiveProducer {
  return {
    producerId: `producer of ${trackId}`,
    trackId,
    participantId: 'ann',
    routerId: 'one',
    paused: false,
    heldBack: false,
    standby: false,
    layers: { heights: [180, 360, 720], temporalLayers: 1 },
    codec,
    wantedLayer: null,
    pipedTo: new Set(),
  };
}

const AUTO: ReencodingPolicy = { mode: 'auto', viewers: 10 };

describe('what is reencoded', () => {
  test('nothing is reencoded unless somebody wants it', () => {
    expect(planned({})).toEqual(new Map());
  });

  test('every video is reencoded while the policy is on, also a muted one, and no sound', () => {
    expect(planned({ policy: { mode: 'on' } })).toEqual(new Map([['cam', 'VP8']]));
    expect(planned({ policy: { mode: 'on' }, muted: true }).size).toBe(1);
  });

  test('the host’s wish for a track overrides the policy, either way', () => {
    expect(planned({ wish: true }).size).toBe(1);
    expect(planned({ wish: false, policy: { mode: 'on' } }).size).toBe(0);
    expect(planned({ wish: false, policy: AUTO, others: 50, refusing: 1 }, SERVED).size).toBe(0);
  });

  test('automatic reencoding begins with more viewers than the policy says; disconnected ones do not count', () => {
    expect(planned({ policy: AUTO, others: 10 }).size).toBe(0);
    expect(planned({ policy: AUTO, others: 11 }).size).toBe(1);
    expect(planned({ policy: AUTO, others: 11, away: 1 }).size).toBe(0);
  });

  test('automatic reencoding ends only with less than 80 % of the policy’s viewers', () => {
    expect(planned({ policy: AUTO, others: 8 }, SERVED).size).toBe(1);
    expect(planned({ policy: AUTO, others: 7 }, SERVED).size).toBe(0);
  });

  test('automatic reencoding begins for one viewer whose device cannot receive the source', () => {
    expect(planned({ policy: AUTO, others: 2, refusing: 1 }).size).toBe(1);
    expect(planned({ policy: AUTO, others: 2, refusedElsewhere: true }).size).toBe(1);
    expect(planned({ others: 2, refusing: 1 }).size).toBe(0);
  });

  test('a track that no sidecar can decode is not reencoded', () => {
    expect(planned({ wish: true, codec: null })).toEqual(new Map());
  });
});

describe('as which codec', () => {
  test('a track is reencoded as VP8, but as H264 where more viewers receive that', () => {
    expect(planned({ wish: true, receives: [['H264'], ['VP8', 'H264']] }).get('cam')).toBe('H264');
    expect(planned({ wish: true, receives: [['H264'], ['VP8']] }).get('cam')).toBe('VP8');
    expect(planned({ wish: true, others: 0 }).get('cam')).toBe('VP8');
  });

  test('a track keeps its codec while it is reencoded', () => {
    expect(planned({ wish: true, receives: [['H264']] }, SERVED).get('cam')).toBe('VP8');
  });
});

test('a room gets no more than its share: reencoded tracks stay, then come those that a host chose', () => {
  const track = (id: string, wish: boolean | null): Track => ({
    id,
    source: 'camera',
    kind: 'video',
    muted: false,
    reencoding: wish,
  });
  const people = [
    participant('ann', true, [track('first', null), track('chosen', true), track('before', null)]),
    participant('viewer', true, []),
  ];
  const room: RoomState = {
    ...EMPTY_ROOM,
    status: 'open',
    settings: { ...EMPTY_ROOM.settings, reencoding: { mode: 'on' } },
    participants: new Map(people.map((person) => [person.id, person])),
  };
  const producers = new Map(['first', 'chosen', 'before'].map((id) => [id, producer(id, 'VP9' as const)]));
  const share = (most: number): TrackId[] => [
    ...planReencoding(room, { producers, viewers: new Map() }, new Map([['before', 'VP8']]), most).keys(),
  ];
  expect(share(0)).toEqual([]);
  expect(share(1)).toEqual(['before']);
  expect(share(2)).toEqual(['before', 'chosen']);
  expect(share(9)).toEqual(['before', 'chosen', 'first']);
});
