import { describe, expect, test } from 'vitest';
import { applied, EVERYTHING, liveOf, mute, roomOf, settled, viewOf } from '../../test/support/plannedMedia.ts';
import type { ParticipantId, TrackId } from '../room/state.ts';
import type { LiveConsumer, LiveMedia } from './mediaSteps.ts';
import { planMedia } from './planMedia.ts';
import type { Tile, ViewerView } from './view.ts';

const TILE: Tile = { width: 320, height: 180, pinned: false };

describe('what is planned', () => {
  test('[M1] the ordinary plan recovers on a fresh node: everybody with transports gets the others’ tracks', () => {
    const room = roomOf({ ann: ['camera', 'microphone'], bob: ['microphone'] });
    const steps = planMedia(room, new Map(), liveOf(room), EVERYTHING);
    expect(steps.filter((step) => step.type === 'openConsumers')).toEqual([
      { type: 'openConsumers', viewerId: 'ann', consumers: [expect.objectContaining({ trackId: 'bob-microphone' })] },
      {
        type: 'openConsumers',
        viewerId: 'bob',
        consumers: [
          expect.objectContaining({
            trackId: 'ann-camera',
            paused: false,
            preferredLayers: { spatialLayer: 0, temporalLayer: 2 },
          }),
          expect.objectContaining({ trackId: 'ann-microphone', paused: false, preferredLayers: null }),
        ],
      },
    ]);
  });

  test('[M2] a producer is resumed only while the record has its track unmuted', () => {
    const room = roomOf({ ann: ['microphone'] });
    const muted = mute(room, 'ann-microphone');
    expect(planMedia(muted, new Map(), liveOf(room), EVERYTHING)).not.toContainEqual(
      expect.objectContaining({ type: 'resumeProducer' }),
    );
    const speaking = applied(liveOf(room), planMedia(room, new Map(), liveOf(room), EVERYTHING));
    expect(planMedia(muted, new Map(), speaking, EVERYTHING)[0]).toEqual({
      type: 'pauseProducer',
      producerId: 'producer of ann-microphone',
    });
  });

  test('a held producer stays paused while its consumers open', () => {
    const room = roomOf({ ann: ['camera'], bob: [] });
    const live = liveOf(room, { heldBack: true });
    const steps = planMedia(room, new Map(), live, EVERYTHING);
    expect(steps.map((step) => step.type)).toEqual(['openConsumers', 'wantLayers']);
  });

  test('a hidden camera is paused, a small one gets a low layer, a pinned one the highest', () => {
    const room = roomOf({ ann: ['camera'], bob: ['camera'], cem: ['camera'], dan: [] });
    const view = viewOf([
      ['bob-camera', TILE],
      ['cem-camera', { ...TILE, pinned: true }],
    ]);
    const live = settled(room, new Map([['dan', view]]));
    expect(consumersOf(live, 'dan')).toEqual({
      'ann-camera': { paused: true, spatialLayer: 0 },
      'bob-camera': { paused: false, spatialLayer: 0 },
      'cem-camera': { paused: false, spatialLayer: 2 },
    });
  });

  test('last-N shows, in large rooms, cameras of the last speakers and of pinned tiles, and every screen', () => {
    const room = roomOf({ ann: ['camera'], bob: ['camera'], cem: ['camera', 'screen'], dan: ['camera'], eve: [] });
    const trackIds = ['ann-camera', 'bob-camera', 'cem-camera', 'cem-screen', 'dan-camera'];
    const view = viewOf(trackIds.map((trackId) => [trackId, { ...TILE, pinned: trackId === 'ann-camera' }]));
    const live = { ...liveOf(room), recentSpeakers: ['dan'] };
    const policy = { ...EVERYTHING, lastN: 1 };
    const after = applied(live, planMedia(room, new Map([['eve', view]]), live, policy));
    const shown = Object.entries(consumersOf(after, 'eve')).filter(([, consumer]) => !consumer.paused);
    expect(shown.map(([trackId]) => trackId)).toEqual(['ann-camera', 'cem-screen', 'dan-camera']);
  });

  test('last-N does not count the viewer itself', () => {
    const room = roomOf({ ann: ['microphone'], bob: ['microphone'], cem: ['microphone'] });
    const live = { ...liveOf(room), recentSpeakers: ['ann', 'bob'] };
    const after = applied(live, planMedia(room, new Map(), live, { ...EVERYTHING, loudestN: 1 }));
    expect(consumersOf(after, 'ann')['bob-microphone']?.paused).toBe(false);
    expect(consumersOf(after, 'bob')['ann-microphone']?.paused).toBe(false);
    expect(consumersOf(after, 'cem')['bob-microphone']?.paused).toBe(true);
  });

  test('a track is piped once for each router where somebody receives it, and no longer than that', () => {
    const room = roomOf({ ann: ['microphone'], bob: [], cem: [], dan: [] });
    const live = liveOf(room, { routers: { ann: 'one', bob: 'two', cem: 'two', dan: 'one' } });
    const steps = planMedia(room, new Map(), live, EVERYTHING);
    expect(steps.filter((step) => step.type === 'openPipe')).toEqual([
      { type: 'openPipe', producerId: 'producer of ann-microphone', routerId: 'two' },
    ]);
    const after = applied(live, steps);
    const viewers = new Map([...after.viewers].filter(([viewerId]) => viewerId === 'dan'));
    const participants = new Map([...room.participants].filter(([id]) => id === 'ann' || id === 'dan'));
    expect(planMedia({ ...room, participants }, new Map(), { ...after, viewers }, EVERYTHING)).toEqual([
      { type: 'closePipe', producerId: 'producer of ann-microphone', routerId: 'two' },
    ]);
  });

  test('publishers hear the highest layer that anybody wants, or -1 if nobody watches', () => {
    const room = roomOf({ ann: ['camera'], bob: [], cem: [] });
    const large = viewOf([['ann-camera', { width: 1280, height: 720, pinned: false }]]);
    const told = (views: Map<ParticipantId, ViewerView>): unknown => settled(room, views).producers.get('ann-camera');
    expect(told(new Map([['bob', large]]))).toMatchObject({ wantedLayer: 2 });
    const none = viewOf([]);
    const nobody = new Map([
      ['bob', none],
      ['cem', none],
    ]);
    expect(told(nobody)).toMatchObject({ wantedLayer: -1 });
  });

  test('the layers of a muted camera stay wanted: unmuting must not wait for the publisher', () => {
    const room = mute(roomOf({ ann: ['camera'], bob: [] }), 'ann-camera');
    expect(settled(room, new Map()).producers.get('ann-camera')).toMatchObject({ wantedLayer: 0, paused: true });
  });

  test('the publisher keeps all layers on while a connected participant has no transports yet', () => {
    const room = roomOf({ ann: ['camera'], bob: [], cem: [] });
    const live = liveOf(room);
    const viewers = new Map([...live.viewers].filter(([viewerId]) => viewerId !== 'cem'));
    const steps = planMedia(room, new Map(), { ...live, viewers }, EVERYTHING);
    expect(steps).toContainEqual({
      type: 'wantLayers',
      publisherId: 'ann',
      trackId: 'ann-camera',
      maxSpatialLayer: 2,
    });
  });

  test('a participant who is no longer in the record loses all media', () => {
    const room = roomOf({ ann: ['camera'], bob: ['microphone'] });
    const live = settled(room, new Map());
    const steps = planMedia({ ...room, status: 'closed' }, new Map(), live, EVERYTHING);
    expect(applied(live, steps)).toMatchObject({ producers: new Map(), viewers: new Map() });
  });
});

function consumersOf(
  live: LiveMedia,
  viewerId: ParticipantId,
): Record<TrackId, { paused: boolean; spatialLayer: number | undefined }> {
  const consumers = live.viewers.get(viewerId)?.consumers ?? new Map<string, LiveConsumer>();
  return Object.fromEntries(
    [...consumers.values()].map(({ trackId, paused, preferredLayers }) => [
      trackId,
      { paused, spatialLayer: preferredLayers?.spatialLayer },
    ]),
  );
}
