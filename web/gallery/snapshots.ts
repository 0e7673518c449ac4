import type { ChatLine, Grants, MeetingSnapshot, Person, PublishedMedia } from '../model/Meeting.ts';
import { paintFace, paintSlide, pictureOf } from './pictures.ts';

const NAMES = [
  'Ada Lovelace',
  'Grace Hopper',
  'Konrad Zuse',
  'Radia Perlman',
  'Bartholomew Featherstonehaugh-Cholmondeley',
  '李小龍',
  'Mary Jackson',
  'Alan Turing',
  'Hedy Lamarr',
  'Édouard Lucas',
  'Tim',
  'Margaret Hamilton',
];

const ALL: Grants = { sources: ['camera', 'microphone', 'screen', 'screenAudio'], chat: true, unmute: true };

export const silent = (trackId: string, muted: boolean): PublishedMedia => {
  return { trackId, muted, reencodingWish: null, reencoded: false, received: true, attach: () => () => undefined };
};

export const slide = pictureOf('slide', paintSlide);

export function person(index: number, change: Partial<Person> = {}): Person {
  const id = `p${index}`;
  return {
    id,
    name: NAMES[index % NAMES.length] ?? id,
    nameFixed: false,
    role: index === 0 ? 'host' : 'member',
    grants: ALL,
    isSelf: index === 0,
    connected: true,
    handRaisedAt: null,
    quality: 3,
    camera: index % 4 === 3 ? null : pictureOf(`camera-${id}`, paintFace(index)),
    microphone: silent(`mic-${id}`, index % 3 === 2),
    screen: null,
    screenAudio: null,
    ...change,
  };
}

export function meetingOf(count: number, change: Partial<MeetingSnapshot> = {}): MeetingSnapshot {
  const [self, ...others] = Array.from({ length: count }, (_, index) => person(index));
  if (!self) throw new Error('nobody is in the meeting');
  return {
    roomId: 'qpd-xwhk-tma',
    name: 'Monday round',
    connection: 'connected',
    mediaBlocked: null,
    locked: false,
    lobbyEnabled: false,
    passwordProtected: false,
    reencoding: { policy: { mode: 'off' }, available: true, reason: null },
    hotStandby: { choice: 'auto', state: 'off' },
    self,
    others,
    lobby: [],
    bans: [],
    grants: ALL,
    spotlightId: null,
    chat: [],
    earlierChat: false,
    speakers: others.slice(0, 1).map(({ id }) => id),
    lastSpokeAt: new Map(),
    typing: [],
    notice: null,
    ended: null,
    ...change,
  };
}

const noon = new Date(2026, 10, 21, 12, 0).getTime();

export function chatOf(): ChatLine[] {
  const line = (id: number, author: number, minute: number, text: string, change: Partial<ChatLine> = {}): ChatLine => {
    const base = { edited: false, deleted: false, own: author === 0, state: 'sent' as const };
    const name = NAMES[author] ?? '';
    return { id: `m${id}`, authorId: `p${author}`, name, text, at: noon + minute * 60_000, ...base, ...change };
  };
  return [
    line(1, 1, -1_440, 'See you all tomorrow!'),
    line(2, 1, 0, 'Good morning 👋'),
    line(3, 1, 1, 'The notes are at https://example.org/notes/2026-11-21?view=all#top, please have a look.'),
    line(4, 0, 2, 'Thanks! Reading.', { edited: true }),
    line(5, 2, 3, 'Two questions:\n1. who writes the minutes\n2. when do we meet next'),
    line(6, 4, 4, '', { deleted: true }),
    line(7, 4, 4, 'Averyveryverylongwordwithoutanyspacesthatmustbreaksomewhereinthemiddleofitsomehow'),
    line(8, 0, 5, 'I do, and next Monday.'),
    line(9, 0, 5, 'This one is on its way', { state: 'pending' }),
    line(10, 0, 6, 'This one was refused', { state: 'failed' }),
  ];
}
