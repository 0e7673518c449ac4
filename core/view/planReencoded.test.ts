import { describe, expect, test } from 'vitest';
import {
  applied,
  carriedBy,
  converged,
  EVERYTHING,
  liveOf,
  mapValues,
  mute,
  reencoded,
  roomOf,
  settled,
  shown,
} from '../../test/support/plannedMedia.ts';
import type { LiveMedia } from './mediaSteps.ts';
import { planMedia } from './planMedia.ts';
import { producersOf } from './renditions.ts';

describe('reencoded tracks', () => {
  const SOURCE = 'producer of ann-camera';
  const FIRST = 'reencoding 0 of ann-camera';
  const SECOND = 'reencoding 1 of ann-camera';
  const room = roomOf({ ann: ['camera'], bob: [] });

  function plannedOnce(live: LiveMedia, state = room): LiveMedia {
    return applied(live, planMedia(state, new Map(), live, EVERYTHING));
  }

  function flowsToBob(live: LiveMedia): string[] {
    return carriedBy(live, 'bob', 'ann-camera');
  }

  /** Bob watches the source, and has a picture. */
  const watching = shown(settled(room, new Map()));

  test('viewers have a consumer of the reencoded track before it is ready, and see the source until then', () => {
    const warming = converged(room, new Map(), reencoded(watching, 'ann-camera', 'warming'), EVERYTHING);
    expect(flowsToBob(warming)).toEqual([SOURCE]);
    expect(warming.viewers.get('bob')?.consumers.get(FIRST)).toMatchObject({ paused: true });
  });

  test('both renditions flow once the reencoded one is ready, until its first picture is there', () => {
    const moving = plannedOnce(plannedOnce(reencoded(watching, 'ann-camera', 'ready')));
    expect(flowsToBob(moving)).toEqual([SOURCE, FIRST]);
    expect(flowsToBob(plannedOnce(shown(moving)))).toEqual([FIRST]);
  });

  test('the rendition that will be shown comes first on a narrow link while two flow', () => {
    const moving = plannedOnce(reencoded(watching, 'ann-camera', 'ready'));
    const priorityOf = (live: LiveMedia, id: string) => live.viewers.get('bob')?.consumers.get(id)?.priority ?? 0;
    expect(priorityOf(moving, FIRST)).toBeGreaterThan(priorityOf(moving, SOURCE));
    const moved = converged(room, new Map(), moving, EVERYTHING);
    expect(priorityOf(moved, FIRST)).toBe(priorityOf(moved, SOURCE));
  });

  test('a silent reencoded track is paused at once, and the source flows', () => {
    const served = converged(room, new Map(), reencoded(watching, 'ann-camera', 'ready'), EVERYTHING);
    expect(flowsToBob(plannedOnce(reencoded(served, 'ann-camera', 'warming')))).toEqual([SOURCE]);
  });

  test('a leaving reencoded track flows until the source’s first picture is there', () => {
    const served = converged(room, new Map(), reencoded(watching, 'ann-camera', 'ready'), EVERYTHING);
    const leaving = plannedOnce(reencoded(served, 'ann-camera', 'leaving'));
    expect(flowsToBob(leaving)).toEqual([SOURCE, FIRST]);
    expect(flowsToBob(plannedOnce(shown(leaving)))).toEqual([SOURCE]);
  });

  test('[M1] viewers who cannot receive the source get the leaving track, also after all consumers were closed', () => {
    const unable: LiveMedia = {
      ...watching,
      viewers: mapValues(watching.viewers, (viewer) => ({
        ...viewer,
        consumers: new Map(),
        undecodable: new Set([SOURCE]),
      })),
    };
    const leaving = converged(room, new Map(), reencoded(unable, 'ann-camera', 'leaving'), EVERYTHING);
    expect(flowsToBob(leaving)).toEqual([FIRST]);
    expect(
      flowsToBob(converged(room, new Map(), reencoded(leaving, 'ann-camera', 'leaving', 'ready'), EVERYTHING)),
    ).toEqual([SECOND]);
  });

  test('the newer of two reencoded tracks that are ready is shown', () => {
    const served = converged(room, new Map(), reencoded(watching, 'ann-camera', 'ready'), EVERYTHING);
    const handedOver = plannedOnce(reencoded(served, 'ann-camera', 'ready', 'ready'));
    expect(flowsToBob(handedOver)).toEqual([FIRST, SECOND]);
    expect(flowsToBob(converged(room, new Map(), handedOver, EVERYTHING))).toEqual([SECOND]);
  });

  test('the reencoded rendition is in sync with the sound once it is shown', () => {
    const inSync = (live: LiveMedia): string[] =>
      [...(live.viewers.get('bob')?.consumers.values() ?? [])].filter(({ synced }) => synced).map((c) => c.producerId);
    expect(inSync(watching)).toEqual([SOURCE]);
    const moved = converged(room, new Map(), reencoded(watching, 'ann-camera', 'ready'), EVERYTHING);
    expect(inSync(moved)).toEqual([FIRST]);
    expect(inSync(plannedOnce(reencoded(liveOf(room), 'ann-camera', 'ready')))).toEqual([FIRST]);
  });

  test('a visible source is never reopened for sync', () => {
    const served = converged(room, new Map(), reencoded(watching, 'ann-camera', 'ready'), EVERYTHING);
    const opened = (live: LiveMedia) =>
      planMedia(room, new Map(), live, EVERYTHING).filter((step) => step.type === 'openConsumers');
    expect(opened(reencoded(served, 'ann-camera', 'leaving'))).toEqual([]);
    const back = converged(room, new Map(), { ...served, reencodings: new Map() }, EVERYTHING);
    expect(flowsToBob(back)).toEqual([SOURCE]);
    expect(opened(back)).toEqual([]);
  });

  test('a newcomer is offered both renditions at once, the source paused: it costs the publisher no keyframe', () => {
    const live = reencoded(liveOf(room), 'ann-camera', 'ready');
    expect(planMedia(room, new Map(), live, EVERYTHING).filter((step) => step.type === 'openConsumers')).toEqual([
      {
        type: 'openConsumers',
        viewerId: 'bob',
        consumers: [
          expect.objectContaining({ producerId: SOURCE, paused: true }),
          expect.objectContaining({ producerId: FIRST, paused: false }),
        ],
      },
    ]);
  });

  test('a device that cannot receive the source gets the reencoded one alone, and nothing while there is none', () => {
    const refusing = (live: LiveMedia): LiveMedia => ({
      ...live,
      viewers: mapValues(live.viewers, (viewer) => ({ ...viewer, undecodable: new Set([SOURCE]) })),
    });
    const ready = plannedOnce(refusing(reencoded(liveOf(room), 'ann-camera', 'ready')));
    expect([...(ready.viewers.get('bob')?.consumers.keys() ?? [])]).toEqual([FIRST]);
    expect(flowsToBob(ready)).toEqual([FIRST]);
    expect(flowsToBob(plannedOnce(refusing(reencoded(ready, 'ann-camera', 'warming'))))).toEqual([]);
    expect(flowsToBob(plannedOnce(refusing(reencoded(ready, 'ann-camera', 'leaving'))))).toEqual([FIRST]);
  });

  test('[M2] muting pauses all of a track’s producers and their consumers', () => {
    const served = converged(room, new Map(), reencoded(watching, 'ann-camera', 'ready'), EVERYTHING);
    const muted = plannedOnce(served, mute(room, 'ann-camera'));
    expect([...producersOf(muted)].map(({ paused }) => paused)).toEqual([true, true]);
    expect(flowsToBob(muted)).toEqual([]);
  });

  test('the publisher sends all layers while its track is reencoded or waits for a sidecar', () => {
    const wantedLayer = (live: LiveMedia) => plannedOnce(live).producers.get('ann-camera')?.wantedLayer;
    expect(wantedLayer(watching)).toBe(0);
    expect(wantedLayer(reencoded(watching, 'ann-camera', 'ready'))).toBe(2);
    expect(wantedLayer({ ...watching, toReencode: new Set(['ann-camera']) })).toBe(2);
  });

  test('the reencoded track is piped to the routers of its viewers, like any producer', () => {
    const apart = reencoded(liveOf(room, { routers: { ann: 'one', bob: 'two' } }), 'ann-camera', 'ready');
    expect(planMedia(room, new Map(), apart, EVERYTHING)).toContainEqual({
      type: 'openPipe',
      producerId: FIRST,
      routerId: 'two',
    });
  });
});
