import { describe, expect, it } from 'vitest';
import { by, created, given, joined, OPERATOR, published, resumed, stateOf } from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import { ALL_GRANTS } from '../state.ts';

const ROOM = [
  created(),
  joined('hal', 1, { role: 'host' }),
  joined('ann', 2),
  joined('bob', 3),
  published('hal', 'hal-mic'),
  published('ann', 'ann-mic'),
  published('bob', 'bob-mic', 'microphone', true),
  published('ann', 'ann-sound', 'screenAudio'),
];
const muted = (participantId: string): RoomEvent => {
  return { type: 'TrackMuted', participantId, trackId: `${participantId}-mic` };
};
const askBob = { type: 'AskToUnmute', participantId: 'bob' } as const;
const declined: RoomEvent = { type: 'UnmuteDeclined', participantId: 'bob' };
const asked: RoomEvent = { type: 'UnmuteAsked', participantId: 'bob', at: 5 };
const isAsked = (...after: RoomEvent[]) => stateOf(...ROOM, asked, ...after).participants.get('bob')?.unmuteAskedAt;

describe('sound for all', () => {
  it('[R-SOUND-1] where everybody joins muted, microphones start muted, but not those of hosts', () => {
    const quiet = given(created({ joinMuted: true }), joined('hal', 1, { role: 'host' }), joined('ann', 2));
    const mic = { type: 'PublishTrack', trackId: 't', source: 'microphone', muted: false } as const;
    quiet.when(by('ann', 2), mic).then([published('ann', 't', 'microphone', true)]);
    quiet.when(by('hal', 1), mic).then([published('hal', 't')]);
    quiet.when(by('ann', 2), { ...mic, source: 'screenAudio' }).then([published('ann', 't', 'screenAudio')]);
  });

  it('[R-SOUND-1] whoever has unmuted stays so when another microphone takes the place of the first', () => {
    given(created({ joinMuted: true }), joined('ann', 1), published('ann', 'old'))
      .when(by('ann', 1), { type: 'PublishTrack', trackId: 'new', source: 'microphone', muted: false })
      .then([{ type: 'TrackUnpublished', participantId: 'ann', trackId: 'old' }, published('ann', 'new')]);
  });

  it('[R-SOUND-2] muting all mutes every microphone but that of the host who asks', () => {
    const room = given(...ROOM);
    room.when(by('hal', 1), { type: 'MuteAll' }).then([muted('ann')]);
    room.when(OPERATOR, { type: 'MuteAll' }).then([muted('hal'), muted('ann')]);
    room.when(by('ann', 2), { type: 'MuteAll' }).refused('FORBIDDEN');
  });

  it('[R-SOUND-3] a question is asked once, of somebody who is muted and may unmute', () => {
    const room = given(...ROOM);
    room.when(by('hal', 1), askBob, { now: 5 }).then([asked]);
    room.when(by('hal', 1), { ...askBob, participantId: 'ann' }).nothing();
    room.when(by('ann', 2), askBob).refused('FORBIDDEN');
    given(...ROOM, asked)
      .when(by('hal', 1), askBob)
      .nothing();
    const silenced: RoomEvent = { type: 'RoomGrantsChanged', grants: { ...ALL_GRANTS, unmute: false } };
    given(...ROOM, silenced)
      .when(by('hal', 1), askBob)
      .refused('INVALID');
  });

  it('[R-SOUND-3] [M2] unmuting or declining answers it; coming back does not, and nothing else unmutes', () => {
    expect(isAsked()).toBe(5);
    expect(isAsked(resumed('bob', 4))).toBe(5);
    expect(isAsked({ type: 'TrackUnmuted', participantId: 'bob', trackId: 'bob-mic' })).toBeNull();
    expect(isAsked(declined)).toBeNull();
    const gone: RoomEvent = { type: 'TrackUnpublished', participantId: 'bob', trackId: 'bob-mic' };
    expect(isAsked(gone, published('bob', 'second'))).toBeNull();
    expect(isAsked(gone, published('bob', 'second', 'microphone', true))).toBe(5);
    expect(
      stateOf(...ROOM, asked)
        .participants.get('bob')
        ?.tracks.get('bob-mic')?.muted,
    ).toBe(true);
  });

  it('[R-SOUND-3] the person declines, or a host takes the question back', () => {
    const decline = { type: 'DeclineUnmute', participantId: 'bob' } as const;
    const room = given(...ROOM, asked);
    room.when(by('bob', 3), decline).then([declined]);
    room.when(by('hal', 1), decline).then([declined]);
    room.when(by('ann', 2), decline).refused('FORBIDDEN');
    given(...ROOM)
      .when(by('bob', 3), decline)
      .nothing();
  });
});
