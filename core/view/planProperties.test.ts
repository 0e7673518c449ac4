import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applied,
  asFresh,
  carriedBy,
  converged,
  liveOf,
  mapValues,
  mute,
  reencoded,
  roomOf,
  shown,
  standingBy,
} from '../../test/support/plannedMedia.ts';
import type { ParticipantId, RoomState, TrackId, TrackSource } from '../room/state.ts';
import type { LiveMedia, LiveProducer, LiveReencoding, LiveViewer, MediaPolicy } from './mediaSteps.ts';
import { planMedia } from './planMedia.ts';
import { type Rendition, receivableOf, renditionFor, renditionsOf } from './renditions.ts';
import type { ViewerView } from './view.ts';

describe('properties', () => {
  test('[M2] silence comes before anything opens, sound after everything', () => {
    const order = ['pauseProducer', 'openPipe', 'openConsumers', 'resumeConsumers', 'resumeProducer', 'wantLayers'];
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const planned = planMedia(room, views, live, policy).map((step) => order.indexOf(step.type));
        const ranked = planned.filter((rank) => rank >= 0);
        expect(ranked).toEqual([...ranked].sort((a, b) => a - b));
      }),
    );
  });

  test('[M1] planning again after applying gives nothing', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = applied(live, planMedia(room, views, live, policy));
        expect(planMedia(room, views, after, policy)).toEqual([]);
      }),
    );
  });

  test('[M1] closing everything and planning again gives the same subscriptions', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const kept = converged(room, views, live, policy);
        const closed: LiveMedia = {
          ...kept,
          producers: mapValues(kept.producers, asFresh),
          standbys: mapValues(kept.standbys, asFresh),
          reencodings: mapValues(kept.reencodings, (list) =>
            list.map((reencoding) => ({ ...reencoding, producer: asFresh(reencoding.producer) })),
          ),
          viewers: mapValues(kept.viewers, (viewer) => ({ ...viewer, consumers: new Map() })),
        };
        const rebuilt = converged(room, views, closed, policy);
        expect(subscriptionsIn(rebuilt)).toEqual(subscriptionsIn(kept));
      }),
    );
  });

  test('[M1] planning ends, and then each viewer receives each track through one rendition, the best one', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = converged(room, views, live, policy);
        for (const [viewerId, viewer] of after.viewers) {
          for (const [trackId, source] of after.producers) {
            if (viewer.standby) continue;
            const carried = carriedBy(after, viewerId, trackId);
            const best = bestFor(viewer, after, source);
            if (best) expect(carried).toEqual(carried.length === 0 ? [] : [best.producer.producerId]);
          }
        }
      }),
    );
  });

  test('a viewer who still wants a track never has all of its renditions paused while one is alive', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const next = applied(live, planMedia(room, views, live, policy));
        const after = converged(room, views, live, policy);
        for (const [viewerId, viewer] of after.viewers) {
          for (const [trackId, source] of after.producers) {
            if (!bestFor(viewer, after, source)) continue;
            const wants = carriedBy(after, viewerId, trackId).length > 0;
            if (wants) expect(carriedBy(next, viewerId, trackId)).not.toEqual([]);
          }
        }
      }),
    );
  });

  test('nobody receives their own track, one that it cannot decode, or one that the record does not have', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = applied(live, planMedia(room, views, live, policy));
        for (const [viewerId, viewer] of after.viewers) {
          for (const { trackId, producerId } of viewer.consumers.values()) {
            const owner = (after.producers.get(trackId) ?? after.standbys.get(trackId))?.participantId;
            expect(owner).toBeDefined();
            expect(owner).not.toBe(viewerId);
            expect(room.participants.get(owner ?? '')?.tracks.has(trackId)).toBe(true);
            expect(viewer.undecodable.has(producerId)).toBe(false);
          }
        }
      }),
    );
  });

  test('no picture flows to or from whoever stands by here', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = converged(room, views, live, policy);
        for (const [trackId, producer] of after.standbys) {
          const track = room.participants.get(producer.participantId)?.tracks.get(trackId);
          expect(producer.paused).toBe(track?.kind !== 'audio' || track.muted);
        }
        for (const viewer of after.viewers.values()) {
          if (!viewer.standby) continue;
          for (const { paused, preferredLayers } of viewer.consumers.values()) {
            expect(paused || preferredLayers === null).toBe(true);
          }
        }
      }),
    );
  });

  test('[M2] whatever was live before, a muted track’s producer is paused afterwards', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = applied(live, planMedia(room, views, live, policy));
        for (const participant of room.participants.values()) {
          for (const track of participant.tracks.values()) {
            if (!track.muted) continue;
            expect(after.producers.get(track.id)?.paused ?? true).toBe(true);
            expect(after.standbys.get(track.id)?.paused ?? true).toBe(true);
            expect((after.reencodings.get(track.id) ?? []).every(({ producer }) => producer.paused)).toBe(true);
          }
        }
      }),
    );
  });
});

function bestFor(viewer: LiveViewer, live: LiveMedia, source: LiveProducer): Rendition | null {
  return renditionFor(receivableOf(renditionsOf(source, live.reencodings.get(source.trackId)), viewer));
}

/** Lists who receives what. Layers are left out: hysteresis depends on earlier tiles. */
function subscriptionsIn(live: LiveMedia): unknown {
  return [...live.viewers].map(([viewerId, viewer]) => [
    viewerId,
    [...viewer.consumers.values()].map(({ producerId, paused }) => [producerId, paused]).sort(),
  ]);
}

interface Scene {
  readonly room: RoomState;
  readonly views: ReadonlyMap<ParticipantId, ViewerView>;
  readonly live: LiveMedia;
  readonly policy: MediaPolicy;
}

/** A room, with media objects left over from another moment of it. */
function scenes(): fc.Arbitrary<Scene> {
  const ids = ['ann', 'bob', 'cem', 'dan', 'eve'];
  const sources: TrackSource[] = ['camera', 'microphone', 'screen', 'screenAudio'];
  const rooms = fc
    .dictionary(fc.constantFrom(...ids), fc.uniqueArray(fc.constantFrom(...sources)), { minKeys: 1 })
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
  const trackIds = ids.flatMap((id) => sources.map((source) => `${id}-${source}`));
  const views = fc
    .dictionary(fc.constantFrom(...ids), fc.option(fc.dictionary(fc.constantFrom(...trackIds), tiles)))
    .map((byViewer) => {
      const entries = Object.entries(byViewer);
      return new Map(entries.map(([id, view]): [string, ViewerView] => [id, view && new Map(Object.entries(view))]));
    });
  const videoIds = trackIds.filter((trackId) => trackId.endsWith('camera') || trackId.endsWith('screen'));
  const phases = fc.array(fc.constantFrom('warming', 'ready', 'leaving'), { minLength: 1, maxLength: 2 });
  const reencodings = fc.dictionary(fc.constantFrom(...videoIds), phases, { maxKeys: 4 });
  const policies = fc.record({
    lastN: fc.option(fc.integer({ min: 1, max: 4 })),
    loudestN: fc.option(fc.integer({ min: 1, max: 4 })),
  });
  const routers = fc.dictionary(fc.constantFrom(...ids), fc.constantFrom('one', 'two', 'three'));
  return fc
    .record({
      room: rooms,
      before: rooms,
      views,
      viewsBefore: views,
      policy: policies,
      policyBefore: policies,
      routers,
      recentSpeakers: fc.shuffledSubarray(ids),
      gone: fc.subarray(trackIds),
      undecodable: fc.subarray([
        ...trackIds.map((trackId) => `producer of ${trackId}`),
        ...videoIds.flatMap((trackId) => [`reencoding 0 of ${trackId}`, `reencoding 1 of ${trackId}`]),
      ]),
      reencodedBefore: reencodings,
      reencoded: reencodings,
      toReencode: fc.subarray(videoIds),
      isShown: fc.boolean(),
      standingBy: fc.subarray(ids),
      crossing: fc.boolean(),
    })
    .map((drawn) => {
      const withSidecars = (live: LiveMedia, phases: Record<TrackId, LiveReencoding['phase'][]>): LiveMedia =>
        Object.entries(phases).reduce((now, [trackId, list]) => reencoded(now, trackId, ...list), live);
      const fresh = { ...liveOf(drawn.before, { routers: drawn.routers }), recentSpeakers: drawn.recentSpeakers };
      const before = withSidecars(fresh, drawn.reencodedBefore);
      const planned = applied(before, planMedia(drawn.before, drawn.viewsBefore, before, drawn.policyBefore));
      const old = withSidecars(drawn.isShown ? shown(planned) : planned, drawn.reencoded);
      const undecodable = new Set(drawn.undecodable);
      const isGone = (trackId: TrackId): boolean => drawn.gone.includes(trackId) || !old.producers.has(trackId);
      const live: LiveMedia = {
        recentSpeakers: drawn.recentSpeakers,
        toReencode: new Set(drawn.toReencode),
        producers: new Map([...old.producers].filter(([trackId]) => !isGone(trackId))),
        standbys: new Map(),
        reencodings: new Map([...old.reencodings].filter(([trackId]) => !isGone(trackId))),
        viewers: mapValues(old.viewers, (viewer) => ({ ...viewer, undecodable })),
      };
      const here = standingBy(live, drawn.standingBy, drawn.crossing);
      return { room: drawn.room, views: drawn.views, live: here, policy: drawn.policy };
    });
}
