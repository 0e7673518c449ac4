import type { Person, PublishedMedia } from './Meeting.ts';

/** Builders of what the page shows of people. A new field gets its plain value here, for all tests of the page. */

export function aMedia(change: Partial<PublishedMedia> = {}): PublishedMedia {
  return {
    trackId: 't',
    muted: false,
    interrupted: false,
    reencodingWish: null,
    reencoded: false,
    received: true,
    attach: () => () => undefined,
    ...change,
  };
}

export function aPerson(id: string, change: Partial<Person> = {}): Person {
  return {
    id,
    name: id,
    nameFixed: false,
    role: 'member',
    grants: { sources: ['camera', 'microphone', 'screen', 'screenAudio'], chat: true, unmute: true },
    isSelf: false,
    connected: true,
    absence: null,
    handRaisedAt: null,
    unmuteAskedAt: null,
    recordingSince: null,
    quality: null,
    camera: null,
    microphone: null,
    screen: null,
    screenAudio: null,
    volume: 1,
    screenVolume: 1,
    screenDeclined: false,
    ...change,
  };
}
