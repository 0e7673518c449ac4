import fc from 'fast-check';
import type { ParticipantId, RoomState, TrackId, TrackSource } from '../../core/room/state.ts';
import type { LiveMedia, LiveReencoding, MediaPolicy } from '../../core/view/mediaSteps.ts';
import { planMedia } from '../../core/view/planMedia.ts';
import type { ViewerView } from '../../core/view/view.ts';
import { applied, liveOf, mapValues, mute, reencoded, roomOf, shown, standingBy, viewOf } from './plannedMedia.ts';

export const PEOPLE: readonly ParticipantId[] = ['ann', 'bob', 'cem', 'dan', 'eve'];
const SOURCES: readonly TrackSource[] = ['camera', 'microphone', 'screen', 'screenAudio'];
export const TRACK_IDS: readonly TrackId[] = PEOPLE.flatMap((id) => SOURCES.map((source) => `${id}-${source}`));
const VIDEO_IDS = TRACK_IDS.filter((trackId) => trackId.endsWith('camera') || trackId.endsWith('screen'));

/** Some people, each with some tracks, some of which are muted. */
export const rooms: fc.Arbitrary<RoomState> = fc
  .dictionary(fc.constantFrom(...PEOPLE), fc.uniqueArray(fc.constantFrom(...SOURCES)), { minKeys: 1 })
  .chain((published) => {
    const room = roomOf(published);
    const trackIds = [...room.participants.values()].flatMap((participant) => [...participant.tracks.keys()]);
    return fc.subarray(trackIds).map((muted) => muted.reduce(mute, room));
  });

const tiles = fc.record({
  width: fc.integer({ min: 0, max: 3000 }),
  height: fc.integer({ min: 0, max: 2000 }),
  pinned: fc.boolean(),
});

export const views: fc.Arbitrary<ReadonlyMap<ParticipantId, ViewerView>> = fc
  .dictionary(fc.constantFrom(...PEOPLE), fc.option(fc.dictionary(fc.constantFrom(...TRACK_IDS), tiles)))
  .map((byViewer) => {
    const entries = Object.entries(byViewer);
    return new Map(entries.map(([id, view]): [string, ViewerView] => [id, view && viewOf(Object.entries(view), null)]));
  });

export const policies: fc.Arbitrary<MediaPolicy> = fc.record({
  lastN: fc.option(fc.integer({ min: 1, max: 4 })),
  loudestN: fc.option(fc.integer({ min: 1, max: 4 })),
  lastScreens: fc.option(fc.integer({ min: 1, max: 2 })),
  pageSize: fc.integer({ min: 1, max: 12 }),
});

export type Reencodings = Readonly<Record<TrackId, LiveReencoding['phase'][]>>;

export const reencodings: fc.Arbitrary<Reencodings> = fc.dictionary(
  fc.constantFrom(...VIDEO_IDS),
  fc.array(fc.constantFrom('warming', 'ready', 'leaving'), { minLength: 1, maxLength: 2 }),
  { maxKeys: 4 },
);

export function withReencodings(live: LiveMedia, phases: Reencodings): LiveMedia {
  return Object.entries(phases).reduce((now, [trackId, list]) => reencoded(now, trackId, ...list), live);
}

export interface Scene {
  readonly room: RoomState;
  readonly views: ReadonlyMap<ParticipantId, ViewerView>;
  readonly live: LiveMedia;
  readonly policy: MediaPolicy;
}

/** A room, with media objects left over from another moment of it. */
export function scenes(): fc.Arbitrary<Scene> {
  return fc
    .record({
      room: rooms,
      before: rooms,
      views,
      viewsBefore: views,
      policy: policies,
      policyBefore: policies,
      routers: fc.dictionary(fc.constantFrom(...PEOPLE), fc.constantFrom('one', 'two', 'three')),
      recentSpeakers: fc.shuffledSubarray([...PEOPLE]),
      gone: fc.subarray([...TRACK_IDS]),
      undecodable: fc.subarray([
        ...TRACK_IDS.map((trackId) => `producer of ${trackId}`),
        ...VIDEO_IDS.flatMap((trackId) => [`reencoding 0 of ${trackId}`, `reencoding 1 of ${trackId}`]),
      ]),
      reencodedBefore: reencodings,
      reencoded: reencodings,
      toReencode: fc.subarray(VIDEO_IDS),
      isShown: fc.boolean(),
      standingBy: fc.subarray([...PEOPLE]),
      promotedLately: fc.subarray([...TRACK_IDS]),
      crossing: fc.boolean(),
    })
    .map((drawn) => {
      const fresh = { ...liveOf(drawn.before, { routers: drawn.routers }), recentSpeakers: drawn.recentSpeakers };
      const before = withReencodings(fresh, drawn.reencodedBefore);
      const planned = applied(before, planMedia(drawn.before, drawn.viewsBefore, before, drawn.policyBefore));
      const old = withReencodings(drawn.isShown ? shown(planned) : planned, drawn.reencoded);
      const undecodable = new Set(drawn.undecodable);
      const isGone = (trackId: TrackId): boolean => drawn.gone.includes(trackId) || !old.producers.has(trackId);
      const live: LiveMedia = {
        ...old,
        recentSpeakers: drawn.recentSpeakers,
        toReencode: new Set(drawn.toReencode),
        producers: new Map(
          [...old.producers].flatMap(([trackId, producer]) => {
            const promotedLately = drawn.promotedLately.includes(trackId);
            return isGone(trackId) ? [] : [[trackId, { ...producer, promotedLately }]];
          }),
        ),
        standbys: new Map(),
        reencodings: new Map([...old.reencodings].filter(([trackId]) => !isGone(trackId))),
        viewers: mapValues(old.viewers, (viewer) => ({ ...viewer, undecodable })),
      };
      const here = standingBy(live, drawn.standingBy, drawn.crossing);
      return { room: drawn.room, views: drawn.views, live: here, policy: drawn.policy };
    });
}
