import { describe, expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { scenes } from '../../test/support/mediaScenes.ts';
import { applied, asFresh, carriedBy, converged, mapValues } from '../../test/support/plannedMedia.ts';
import type { LiveMedia, LiveProducer, LiveViewer } from './mediaSteps.ts';
import { planMedia } from './planMedia.ts';
import { type Rendition, receivableOf, renditionFor, renditionsOf } from './renditions.ts';

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
        // What is left open for a while is not opened again.
        for (const [viewerId, { consumers }] of rebuilt.viewers) {
          expect([...(kept.viewers.get(viewerId)?.consumers.keys() ?? [])]).toEqual(
            expect.arrayContaining([...consumers.keys()]),
          );
        }
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

  test('whoever stands by here gets pictures only of others who do, or did until a moment ago, and sends what they send', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = converged(room, views, live, policy);
        for (const [trackId, producer] of after.standbys) {
          const track = room.participants.get(producer.participantId)?.tracks.get(trackId);
          expect(producer.paused).toBe(track?.muted !== false || producer.heldBack);
        }
        const lately = [...after.producers.values()].filter(({ promotedLately }) => promotedLately);
        const standing = new Set([...after.standbys.values(), ...lately].map(({ producerId }) => producerId));
        for (const viewer of after.viewers.values()) {
          if (!viewer.standby) continue;
          for (const [producerId, { paused, preferredLayers }] of viewer.consumers) {
            expect(paused || preferredLayers === null || standing.has(producerId)).toBe(true);
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

/** Lists what flows to whom. Layers are left out: hysteresis depends on earlier tiles. */
function subscriptionsIn(live: LiveMedia): unknown {
  return [...live.viewers].map(([viewerId, viewer]) => [
    viewerId,
    [...viewer.consumers.values()].flatMap(({ producerId, paused }) => (paused ? [] : [producerId])).sort(),
  ]);
}
