import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  created,
  disconnected,
  given,
  joined,
  OPERATOR,
  published,
  resumed,
  stateOf,
} from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import type { TrackSource } from '../state.ts';

const publish = (trackId: string, source: TrackSource, muted = false): CommandBody => ({
  type: 'PublishTrack',
  trackId,
  source,
  muted,
});
const setMuted = (muted: boolean, trackId = 'mic', participantId = 'ann'): CommandBody => ({
  type: 'SetTrackMuted',
  participantId,
  trackId,
  muted,
});
const mutedMic: RoomEvent = { type: 'TrackMuted', participantId: 'ann', trackId: 'mic' };
const unmutedMic: RoomEvent = { type: 'TrackUnmuted', participantId: 'ann', trackId: 'mic' };

const ROOM = [created(), joined('ann', 1), joined('hal', 2, { role: 'host' })];

describe('tracks', () => {
  it('[R-TRACK-8] only its owner says that a track is interrupted, until it says otherwise', () => {
    const tell = (interrupted: boolean): CommandBody => ({ type: 'SetTrackInterrupted', trackId: 'cam', interrupted });
    const told = (interrupted: boolean): RoomEvent => {
      return { type: 'TrackInterruptionChanged', participantId: 'ann', trackId: 'cam', interrupted };
    };
    const room = [...ROOM, published('ann', 'cam', 'camera')];
    given(...room)
      .when(by('ann', 1), tell(true))
      .then([told(true)]);
    given(...room)
      .when(by('ann', 1), tell(false))
      .nothing();
    given(...room, told(true), resumed('ann', 3))
      .when(by('ann', 3), tell(false))
      .then([told(false)]);
    given(...room)
      .when(by('hal', 2), tell(true))
      .refused('TRACK_NOT_FOUND');
    given(...room)
      .when(OPERATOR, tell(true))
      .refused('FORBIDDEN');
  });

  it.each([
    ['camera', 'video'],
    ['microphone', 'audio'],
    ['screen', 'video'],
    ['screenAudio', 'audio'],
  ] as const)('[R-TRACK-1] the source %s makes a track of kind %s', (source, kind) => {
    given(...ROOM)
      .when(by('ann', 1), publish('t', source, true))
      .then([{ type: 'TrackPublished', participantId: 'ann', trackId: 't', source, kind, muted: true }]);
  });

  it('[R-TRACK-2] [M2] publishing a track again leaves its mute as it is', () => {
    const room = given(...ROOM, published('ann', 'mic', 'microphone', true));
    room.when(by('ann', 1), publish('mic', 'microphone', false)).nothing();
    given(...ROOM, published('ann', 'mic'), resumed('ann', 3))
      .when(by('ann', 3), publish('mic', 'microphone', true))
      .nothing();
  });

  it('[R-TRACK-3] a new track of the same source takes the older one’s place', () => {
    given(...ROOM, published('ann', 'old', 'camera'), published('ann', 'mic'))
      .when(by('ann', 1), publish('new', 'camera'))
      .then([{ type: 'TrackUnpublished', participantId: 'ann', trackId: 'old' }, published('ann', 'new', 'camera')]);
  });

  it('[R-TRACK-3] [M2] a new track of the same source is muted if the older one was', () => {
    given(...ROOM, published('ann', 'old'), { type: 'TrackMuted', participantId: 'ann', trackId: 'old' })
      .when(by('ann', 1), publish('new', 'microphone', false))
      .then([
        { type: 'TrackUnpublished', participantId: 'ann', trackId: 'old' },
        published('ann', 'new', 'microphone', true),
      ]);
  });

  it('[R-TRACK-4] a track id stands for one track of one person', () => {
    const room = given(...ROOM, published('ann', 'mic'));
    room.when(by('hal', 2), publish('mic', 'microphone')).refused('TRACK_EXISTS');
    room.when(by('ann', 1), publish('mic', 'camera')).refused('TRACK_EXISTS');
  });

  it('[M2] only the owner unmutes a track', () => {
    const room = given(...ROOM, published('ann', 'mic', 'microphone', true));
    room.when(by('hal', 2), setMuted(false)).refused('FORBIDDEN');
    room.when(OPERATOR, setMuted(false)).refused('FORBIDDEN');
    room.when(by('ann', 1), setMuted(false)).then([unmutedMic]);
  });

  it('[M2] [J5] a stale session cannot unmute or publish', () => {
    const room = given(...ROOM, published('ann', 'mic'), mutedMic, resumed('ann', 3));
    room.when(by('ann', 1), setMuted(false)).refused('STALE_SESSION');
    room.when(by('ann', 1), publish('new', 'microphone')).refused('STALE_SESSION');
  });

  it('[M2] a mute outlives disconnects and sessions', () => {
    const state = stateOf(...ROOM, published('ann', 'mic'), mutedMic, disconnected('ann', 1), resumed('ann', 3));
    expect(state.participants.get('ann')?.tracks.get('mic')?.muted).toBe(true);
  });

  it('a host mutes and stops somebody else’s track, also of a disconnected participant', () => {
    const room = given(...ROOM, published('ann', 'mic'), disconnected('ann', 1));
    room.when(by('hal', 2), setMuted(true)).then([mutedMic]);
    room
      .when(by('hal', 2), { type: 'UnpublishTrack', participantId: 'ann', trackId: 'mic' })
      .then([{ type: 'TrackUnpublished', participantId: 'ann', trackId: 'mic' }]);
  });

  it('[R-TRACK-5] a change that a track already has gives no events', () => {
    const room = given(...ROOM, published('ann', 'mic', 'microphone', true), published('ann', 'cam', 'camera'));
    room.when(by('ann', 1), setMuted(true)).nothing();
    room.when(by('ann', 1), setMuted(false, 'cam')).nothing();
    room.when(by('ann', 1), { type: 'UnpublishTrack', participantId: 'ann', trackId: 'gone' }).nothing();
  });

  it('[R-TRACK-6] muting needs the participant and the track', () => {
    const room = given(...ROOM);
    room.when(by('ann', 1), setMuted(true)).refused('TRACK_NOT_FOUND');
    room.when(by('hal', 2), setMuted(true, 'mic', 'zoe')).refused('PARTICIPANT_NOT_FOUND');
    room
      .when(by('hal', 2), { type: 'SetTrackReencoding', participantId: 'ann', trackId: 'cam', wanted: true })
      .refused('TRACK_NOT_FOUND');
    room
      .when(by('hal', 2), { type: 'UnpublishTrack', participantId: 'zoe', trackId: 'cam' })
      .refused('PARTICIPANT_NOT_FOUND');
  });

  it('[R-TRACK-7] a wish to reencode concerns video', () => {
    const room = given(...ROOM, published('ann', 'mic'), published('ann', 'cam', 'camera'));
    const wish = (trackId: string, wanted: boolean | null): CommandBody => ({
      type: 'SetTrackReencoding',
      participantId: 'ann',
      trackId,
      wanted,
    });
    room.when(by('hal', 2), wish('mic', true)).refused('INVALID');
    room.when(by('hal', 2), wish('cam', null)).nothing();
    const wished: RoomEvent = { type: 'TrackReencodingWished', participantId: 'ann', trackId: 'cam', wanted: true };
    room.when(by('hal', 2), wish('cam', true)).then([wished]);

    const again = stateOf(
      ...ROOM,
      published('ann', 'cam', 'camera'),
      wished,
      { type: 'TrackUnpublished', participantId: 'ann', trackId: 'cam' },
      published('ann', 'cam', 'camera'),
    );
    expect(again.participants.get('ann')?.tracks.get('cam')?.reencoding).toBeNull();
  });

  it('[R-INPUT-1] a bad track id is refused', () => {
    given(...ROOM)
      .when(by('ann', 1), publish('', 'camera'))
      .refused('INVALID');
  });
});
