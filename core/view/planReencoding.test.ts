import { describe, expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { aParticipant, aTrack } from '../../test/support/people.ts';
import {
  EMPTY_ROOM,
  type Participant,
  type ReencodingPolicy,
  type RoomState,
  type Track,
  type TrackId,
} from '../room/state.ts';
import type { LiveProducer, LiveViewer, ReencodableCodec, ReencodedCodec } from './mediaSteps.ts';
import { needsAudience, planReencoding } from './planReencoding.ts';

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
  /** They request keyframes of it all the time. */
  readonly restless?: boolean;
  /** Somebody on another node cannot receive it. */
  readonly refusedElsewhere?: boolean;
  readonly receives?: readonly (readonly ReencodedCodec[])[];
}

function planned(scene: Scene, before = NOBODY_YET): ReadonlyMap<TrackId, ReencodedCodec> {
  const { policy = { mode: 'off' }, wish = null, muted = false, codec = 'VP9' } = scene;
  const { others = scene.receives?.length ?? 1, away = 0, refusing = 0 } = scene;
  const camera = aTrack({ id: 'cam', muted, reencoding: wish });
  const microphone = aTrack({ ...camera, id: 'mic', source: 'microphone', kind: 'audio' });
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
      revision: 0,
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
  const audiences = new Map([['cam', { watching: others, isRestless: scene.restless === true }]]);
  return planReencoding(room, { producers, viewers: new Map(viewers), isUnreceivableElsewhere, audiences }, before);
}

function participant(id: string, connected: boolean, tracks: readonly Track[]): Participant {
  return aParticipant(id, { connected, tracks: new Map(tracks.map((track) => [track.id, track])) });
}

function producer(trackId: TrackId, codec: ReencodableCodec | null): LiveProducer {
  return {
    producerId: `producer of ${trackId}`,
    trackId,
    participantId: 'ann',
    routerId: 'one',
    paused: false,
    heldBack: false,
    promotedLately: false,
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

  test('half as many viewers are enough if they request keyframes all the time', () => {
    expect(planned({ policy: AUTO, others: 5, restless: true }).size).toBe(0);
    expect(planned({ policy: AUTO, others: 6, restless: true }).size).toBe(1);
    expect(planned({ policy: AUTO, others: 4, restless: true }, SERVED).size).toBe(1);
    expect(planned({ policy: AUTO, others: 3, restless: true }, SERVED).size).toBe(0);
    expect(planned({ policy: AUTO, others: 6 }, SERVED).size).toBe(0);
    expect(planned({ others: 50, restless: true }).size).toBe(0);
  });

  test('audiences are measured only where the result may depend on them', () => {
    const room = (people: number, policy: ReencodingPolicy): RoomState => ({
      ...EMPTY_ROOM,
      status: 'open',
      settings: { ...EMPTY_ROOM.settings, reencoding: policy },
      participants: new Map(
        Array.from({ length: people }, (_, index) => [`${index}`, participant(`${index}`, true, [])]),
      ),
    });
    expect(needsAudience(room(4, AUTO), 1, 4)).toBe(false);
    expect(needsAudience(room(5, AUTO), 1, 4)).toBe(true);
    expect(needsAudience(room(50, AUTO), 0, 4)).toBe(false);
    expect(needsAudience(room(50, { mode: 'off' }), 9, 4)).toBe(false);
    expect(needsAudience(room(50, { mode: 'on' }), 4, 4)).toBe(false);
    expect(needsAudience(room(50, { mode: 'on' }), 5, 4)).toBe(true);
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

describe('a room gets no more than its share', () => {
  interface Wish {
    readonly id: TrackId;
    readonly wish?: boolean | null;
    readonly watching?: number;
  }

  function share(tracks: readonly Wish[], before: readonly TrackId[], most: number): TrackId[] {
    const published = tracks.map(({ id, wish = null }) => aTrack({ id, reencoding: wish }));
    const people = [participant('ann', true, published), participant('viewer', true, [])];
    const room: RoomState = {
      ...EMPTY_ROOM,
      status: 'open',
      settings: { ...EMPTY_ROOM.settings, reencoding: { mode: 'on' } },
      participants: new Map(people.map((person) => [person.id, person])),
    };
    const live = {
      producers: new Map(tracks.map(({ id }) => [id, producer(id, 'VP9' as const)])),
      viewers: new Map(),
      audiences: new Map(tracks.map(({ id, watching = 0 }) => [id, { watching, isRestless: false }])),
    };
    return [...planReencoding(room, live, new Map(before.map((id) => [id, 'VP8'])), most).keys()];
  }

  test('those that a host chose come first, then those that are reencoded, then the oldest', () => {
    const tracks = [{ id: 'first' }, { id: 'chosen', wish: true }, { id: 'before' }];
    expect(share(tracks, ['before'], 0)).toEqual([]);
    expect(share(tracks, ['before'], 1)).toEqual(['chosen']);
    expect(share(tracks, ['before'], 2)).toEqual(['chosen', 'before']);
    expect(share(tracks, ['before'], 9)).toEqual(['first', 'chosen', 'before']);
  });

  test('a presenter whom most people watch takes the place of a camera that few watch, and keeps it', () => {
    const tracks = (presenter: number) => [
      { id: 'camera', watching: 10 },
      { id: 'presenter', watching: presenter },
    ];
    expect(share(tracks(24), ['camera'], 1)).toEqual(['camera']);
    expect(share(tracks(25), ['camera'], 1)).toEqual(['presenter']);
    expect(share(tracks(4), ['presenter'], 1)).toEqual(['presenter']);
  });

  test('two tracks never take a place from each other in turn while their audiences stay as they are', () => {
    const track = fc.record({ wish: fc.constantFrom(null, null, true), watching: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(track, { maxLength: 12 }), fc.nat(5), fc.nat(4_096), (audience, most, bits) => {
        const tracks = audience.map((one, index) => ({ ...one, id: `track-${index}` }));
        const before = tracks.filter((_, index) => (bits >> index) & 1).map(({ id }) => id);
        const settled = share(tracks, before, most);
        expect(settled).toHaveLength(Math.min(most, tracks.length));
        expect(share(tracks, settled, most).sort()).toEqual(settled.sort());
      }),
    );
  });
});
