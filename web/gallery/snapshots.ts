import type { FileUpload, SharedFile } from '../../client/index.ts';
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
  const published = { reencodingWish: null, reencoded: false, received: true };
  return { trackId, muted, interrupted: false, ...published, attach: () => () => undefined };
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
    unmuteAskedAt: null,
    recordingSince: null,
    quality: 3,
    camera: index % 4 === 3 ? null : pictureOf(`camera-${id}`, paintFace(index)),
    microphone: silent(`mic-${id}`, index % 3 === 2),
    screen: null,
    screenAudio: null,
    absence: null,
    volume: 1,
    screenVolume: 1,
    screenDeclined: false,
    ...change,
  };
}

export function meetingOf(count: number, change: Partial<MeetingSnapshot> = {}): MeetingSnapshot {
  const [self, ...others] = Array.from({ length: count }, (_, index) => person(index));
  if (!self) throw new Error('nobody is in the meeting');
  return {
    roomId: 'qpd-xwhk-tma',
    placeId: 'qpd-xwhk-tma',
    name: 'Monday round',
    connection: 'connected',
    absence: null,
    reactions: [],
    mediaBlocked: null,
    recoveries: [],
    ownDevices: { cameraId: null, microphoneId: null, microphone: null, coming: [] },
    effects: { blur: { wanted: false, on: false, problem: null }, noise: { wanted: false, on: false, problem: null } },
    microphoneHint: null,
    locked: false,
    lobbyEnabled: false,
    passwordProtected: false,
    invitation: { roomId: 'qpd-xwhk-tma', name: 'Monday round', passwordProtected: false },
    reencoding: { policy: { mode: 'off' }, available: true, hindrance: null },
    hotStandby: { choice: 'auto', state: 'off' },
    forAll: { layout: null, alsoSpotlit: [], joinMuted: false, capacity: 100, guests: true, filesAllowed: true },
    mediaBounds: { pageSize: null, lastN: null, loudestN: null, lastScreens: null },
    pageSize: 12,
    polls: [],
    notesCount: 0,
    breakouts: null,
    self,
    others,
    lobby: [],
    bans: [],
    grants: ALL,
    spotlightId: null,
    chat: [],
    earlierChat: false,
    privateChat: true,
    recordingAllowed: true,
    ownRecording: { step: 'none' },
    uploads: [],
    fileLimits: { maxBytes: 100_000_000, roomBytes: 1_000_000_000, types: ['*/*'], chunkBytes: 1_000_000 },
    speakers: others.slice(0, 1).map(({ id }) => id),
    lastSpokeAt: new Map(),
    typing: [],
    notice: null,
    ended: null,
    ...change,
  };
}

export function breakoutsOf(): NonNullable<MeetingSnapshot['breakouts']> {
  const who = (index: number, inside: boolean) => ({ id: `p${index}`, name: person(index).name, inside });
  return {
    id: 'b1',
    free: false,
    endsAt: Date.now() + 252_000,
    rooms: [
      { id: 'r1', name: 'Room 1', people: [who(1, true), who(4, false)] },
      { id: 'r2', name: 'Room 2', people: [who(2, true)] },
    ],
    waiting: [who(0, false), who(3, false)],
    assigned: null,
    place: null,
    moving: false,
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
    line(11, 1, 5, '@Ada Lovelace thank you!', {
      quote: { id: 'm8', name: 'Ada Lovelace', text: 'I do, and next Monday.' },
    }),
    line(12, 1, 5, 'Between us: shall we end early?', { to: { id: 'p0', name: 'Ada Lovelace' } }),
    line(13, 0, 5, 'Thank you for coming.', { to: { id: 'gone', name: '' } }),
    line(9, 0, 5, 'This one is on its way', { state: 'pending' }),
    line(10, 0, 6, 'This one was refused', { state: 'failed' }),
  ];
}

/** A slide as a small JPEG in base64. */
function slidePreview(): string {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  paintSlide(context);
  return canvas.toDataURL('image/jpeg', 0.5).split(',')[1] ?? '';
}

/** People share files, and this person sends some. */
export function filesOf(): Pick<MeetingSnapshot, 'chat' | 'uploads'> {
  const file = (id: string, author: number, shared: Omit<SharedFile, 'id'>): ChatLine => {
    const line = { id, authorId: `p${author}`, name: NAMES[author] ?? '', text: shared.name, at: noon + 7 * 60_000 };
    return { ...line, edited: false, deleted: false, own: author === 0, state: 'sent', file: { id, ...shared } };
  };
  const upload = (id: string, name: string, sent: number, state: FileUpload['state']): FileUpload => {
    const error = state === 'failed' ? Object.assign(new Error('no'), { code: 'FILES_FULL' }) : undefined;
    return { id, name, bytes: 48_000_000, sentBytes: sent, state, error };
  };
  const preview = slidePreview();
  return {
    chat: [
      ...chatOf().slice(1, 3),
      file('f1', 1, { name: 'Quarterly figures.pdf', bytes: 1_250_000, mediaType: 'application/pdf' }),
      file('f2', 2, { name: 'slide.png', bytes: 480_000, mediaType: 'image/png', preview }),
      file('f3', 0, {
        name: 'a-very-long-name-that-does-not-fit-into-the-panel-of-anybody-2026-11-30-final-final.tar.gz',
        bytes: 99_000_000,
        mediaType: 'application/gzip',
      }),
    ],
    uploads: [
      upload('u1', 'Recording of Monday.webm', 17_000_000, 'sending'),
      upload('u2', 'Holiday.mov', 3_000_000, 'waiting'),
      upload('u3', 'Backup.zip', 0, 'failed'),
    ],
  };
}
