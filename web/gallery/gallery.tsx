import type { ReactNode } from 'react';
import '../ui/tokens.css';
import '../ui/base.css';
import type { Probe } from '../model/connectionTest/ConnectionTest.ts';
import type { Absence, MediaBlocked, MeetingSnapshot, Person, PublishedMedia } from '../model/Meeting.ts';
import { type RoomView, readRoomView, saveRoomView } from '../model/roomView.ts';
import { EndedPage } from '../screens/entry/EndedPage.tsx';
import { RoomPage } from '../screens/entry/RoomPage.tsx';
import { SignInFailedPage } from '../screens/entry/SignInFailedPage.tsx';
import { LandingPage } from '../screens/landing/LandingPage.tsx';
import { MeetingScreen } from '../screens/meeting/MeetingScreen.tsx';
import { TestPage } from '../screens/test/TestPage.tsx';
import { FakeDoor, fakeAccount } from './FakeDoor.ts';
import { FakeMeeting } from './FakeMeeting.ts';
import { paintFace, pictureOf } from './pictures.ts';
import { breakoutsOf, chatOf, filesOf, meetingOf, person, silent, slide } from './snapshots.ts';
import { startGallery } from './startGallery.tsx';

const nothing = () => undefined;
const unreachable = () => Promise.reject(Object.assign(new Error('no answer'), { code: 'UNREACHABLE' }));
const yes = async () => true;
const room = (door: FakeDoor) => <RoomPage door={door} onHome={nothing} />;
const meeting = (snapshot: MeetingSnapshot) => <MeetingScreen meeting={new FakeMeeting(snapshot)} />;
const base = meetingOf(5);
const [second, third, ...rest] = base.others;
if (!second || !third) throw new Error('too few people');

const silenced = { ...second.grants, unmute: false };
const everyState = () =>
  meetingOf(5, {
    others: [
      { ...second, handRaisedAt: Date.now() - 200_000, quality: 1 },
      { ...third, connected: false, absence: { since: 0, until: null } },
      person(3, { role: 'guest', nameFixed: true, grants: silenced, microphone: null, camera: silent('c3', true) }),
      person(4, { role: 'host', screen: silent('s4', true) }),
    ],
    lobby: [
      { participantId: 'k1', name: 'Barbara Liskov', knockedAt: 1 },
      { participantId: 'k2', name: 'Edsger', knockedAt: 2 },
    ],
  });

const openPoll = {
  id: 'q2',
  question: 'When do we meet next?',
  options: ['Monday morning', 'Tuesday afternoon', 'I write to all of you with a longer proposal next week'],
  multiple: true,
  anonymous: true,
  live: true,
  openedAt: 2,
  closedAt: null,
  counts: [4, 2, 1],
  voters: 5,
  votes: new Map(),
  ballots: new Map(),
};
const closedPoll = {
  ...openPoll,
  id: 'q1',
  question: 'Tea or coffee?',
  options: ['Tea', 'Coffee'],
  anonymous: false,
  closedAt: 3,
  counts: [1, 2],
  voters: 3,
  votes: new Map([0, 1, 2].map((i) => [`p${i}`, { voter: `p${i}`, name: person(i).name, choices: [i === 0 ? 0 : 1] }])),
};

const bans = () => [
  { participantId: 'b1', name: 'Mallory', device: 'set', address: 'set', addressUntil: Date.now() + 3_000_000 },
  { participantId: 'p-unknown', name: null, device: null, address: null, addressUntil: null },
];

const unheard = person(0, {
  role: 'member',
  microphone: silent('m', true),
  camera: null,
  grants: { sources: ['microphone'], chat: false, unmute: false },
});

const onlyOff = { policy: { mode: 'off' }, available: true, hindrance: null } as const;

const withScreen = (snapshot: MeetingSnapshot): MeetingSnapshot => ({
  ...snapshot,
  others: snapshot.others.map((other, index) => (index === 0 ? { ...other, screen: slide } : other)),
});

const reencoded = meetingOf(5, {
  reencoding: { ...onlyOff, policy: { mode: 'on' } },
  self: asReencoded(person(0)),
  others: [
    asReencoded({ ...second, screen: slide }),
    person(2, { camera: { ...pictureOf('c2', paintFace(2)), reencodingWish: false } }),
    ...rest,
  ],
});

function asReencoded(shown: Person): Person {
  const mark = (media: PublishedMedia | null) => media && { ...media, reencoded: true };
  return { ...shown, camera: mark(shown.camera), screen: mark(shown.screen) };
}

const pictured = () =>
  meetingOf(5, {
    others: [
      second,
      { ...third, handRaisedAt: Date.now() - 200_000 },
      person(5, { name: 'Barbara Liskov' }),
      person(6),
    ],
    chat: chatOf().slice(1, 5),
  });

const mediaBlocked: MediaBlocked = {
  ways: [
    { protocols: ['udp', 'tcp'], address: '192.0.2.1', port: 40_000 },
    { protocols: ['udp', 'tcp'], address: '2001:db8:0:abcd:0:567:8:1', port: 40_000 },
  ],
  relays: [],
};

/** Cut off for so many seconds, and with 30 in all. */
function awayFor(seconds: number): Absence {
  const since = Date.now() - seconds * 1_000;
  return { since, until: since + 30_000 };
}

const raisedHands = () =>
  meetingOf(5, {
    others: [
      { ...second, handRaisedAt: Date.now() - 200_000, quality: 2 },
      { ...third, handRaisedAt: Date.now() - 1_000 },
      ...rest,
    ],
  });

const absent = () =>
  meetingOf(5, {
    others: [
      { ...second, connected: false, absence: awayFor(8) },
      { ...third, connected: false, absence: awayFor(1) },
      ...rest.map((person, index) => (index === 0 ? { ...person, quality: 1 } : person)),
    ],
  });

function looking(view: Partial<RoomView>, snapshot: MeetingSnapshot): ReactNode {
  saveRoomView(snapshot.roomId, { ...readRoomView(snapshot.roomId), ...view });
  return meeting(snapshot);
}

/** The browser keeps a recording of half an hour ago. */
function keepRecording(): void {
  const begunAt = Date.now() - 1_800_000;
  const file = { size: 148_000_000, lastModified: begunAt + 754_000 };
  const handle = { kind: 'file', getFile: async () => file };
  const folder = {
    async *entries() {
      yield [`${begunAt}~Monday%20round.webm`, handle];
    },
  };
  const root = { getDirectoryHandle: async () => folder };
  Object.assign(navigator.storage, { getDirectory: async () => root });
}

/** What the connection test finds behind a firewall, where the devices are not allowed either. */
const firewalled: Probe = {
  signaling: async () => ({ ms: 84, server: 'meet.example.org' }),
  udp: () => Promise.reject(new Error('nothing came through udp')),
  tcp: async () => ({ ms: 213, rttMs: 31, server: '192.0.2.1:40000' }),
  turn: async () => null,
  devices: () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError')),
  change: async () => ({ pictures: 187, longestGapMs: 310, recoveredAfterMs: '290, 310', servers: 'meet.example.org' }),
};

/** Refuses devices as browsers do when the person says no. */
function refuseDevices(): void {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
}

/** Every screen and state of the page, by name. */
const states: Readonly<Record<string, () => ReactNode>> = {
  landing: () => (
    <LandingPage account={fakeAccount(null)} mayCreate={yes} onCreate={async () => undefined} onJoin={nothing} />
  ),
  'connection-test': () => <TestPage probe={firewalled} onHome={nothing} />,
  'landing-failed': () => (
    <LandingPage account={fakeAccount(null)} mayCreate={yes} onCreate={unreachable} onJoin={nothing} />
  ),
  'landing-recording': () => {
    keepRecording();
    return (
      <LandingPage account={fakeAccount(null)} mayCreate={yes} onCreate={async () => undefined} onJoin={nothing} />
    );
  },
  'left-recording': () => {
    keepRecording();
    return <EndedPage reason="left" onAgain={nothing} onHome={nothing} />;
  },
  recording: () =>
    meeting({
      ...base,
      self: { ...base.self, recordingSince: 1 },
      others: [{ ...second, recordingSince: 1 }, { ...third, recordingSince: 1 }, ...rest],
      ownRecording: { step: 'running', since: Date.now() - 754_000 },
    }),
  'recording-others': () => meeting({ ...base, others: [{ ...second, recordingSince: 1 }, third, ...rest] }),
  'recording-kept': () => meeting({ ...base, ownRecording: { step: 'kept', name: '' } }),
  'recording-settings': () => {
    keepRecording();
    return meeting(base);
  },
  'recording-forbidden': () => meeting({ ...base, recordingAllowed: false, self: { ...base.self, role: 'member' } }),
  'landing-closed': () => (
    <LandingPage
      account={fakeAccount(null)}
      mayCreate={async () => false}
      onCreate={async () => undefined}
      onJoin={nothing}
    />
  ),
  'landing-sign-in': () => (
    <LandingPage
      account={fakeAccount({ person: null, creates: true })}
      mayCreate={async () => false}
      onCreate={async () => undefined}
      onJoin={nothing}
    />
  ),
  prejoin: () => room(new FakeDoor()),
  'prejoin-alone': () => room(new FakeDoor({}, meetingOf(1))),
  'prejoin-denied': () => {
    refuseDevices();
    return room(new FakeDoor());
  },
  password: () => room(new FakeDoor({ enter: 'PASSWORD_REQUIRED' })),
  lobby: () => room(new FakeDoor({ enter: 'LOBBY' })),
  denied: () => room(new FakeDoor({ enter: 'LOBBY_DENIED' })),
  busy: () => room(new FakeDoor({ enter: 'JOURNAL_UNAVAILABLE' })),
  'not-found': () => room(new FakeDoor({ prepare: 'ROOM_NOT_FOUND' })),
  full: () => room(new FakeDoor({ prepare: 'ROOM_FULL' })),
  'servers-full': () => room(new FakeDoor({ enter: 'FULL' })),
  'removed-before': () => room(new FakeDoor({ enter: 'REMOVED' })),
  'network-full': () => room(new FakeDoor({ enter: 'ADDRESS_FULL' })),
  uninvited: () => room(new FakeDoor({ prepare: 'GUESTS_REFUSED' })),
  'guests-refused': () => room(new FakeDoor({ prepare: 'GUESTS_REFUSED', signIn: { person: null, creates: true } })),
  'prejoin-guest': () => room(new FakeDoor({ signIn: { person: null, creates: true } })),
  'prejoin-signed-in': () => room(new FakeDoor({ signIn: { person: { name: 'Grace Hopper' }, creates: true } })),
  'sign-in-failed': () => <SignInFailedPage why="unavailable" onAgain={nothing} onHome={nothing} />,
  handed: () => room(new FakeDoor({ handed: 'Grace Hopper' })),
  left: () => <EndedPage reason="left" onAgain={nothing} onHome={nothing} />,
  removed: () => <EndedPage reason="removed" onAgain={nothing} onHome={nothing} />,
  closed: () => <EndedPage reason="roomClosed" onAgain={nothing} onHome={nothing} />,
  alone: () => meeting(meetingOf(1)),
  two: () => meeting(meetingOf(2)),
  five: () => meeting(meetingOf(5)),
  twelve: () => meeting(meetingOf(12)),
  'twenty-five': () => meeting(meetingOf(25)),
  forty: () => meeting(meetingOf(40)),
  'forty-turned': () => meeting(meetingOf(40)),
  'forty-screen': () => meeting(withScreen(meetingOf(40))),
  'self-muted': () =>
    meeting(meetingOf(3, { self: person(0, { camera: silent('c', true), microphone: silent('m', true) }) })),
  chat: () => meeting(meetingOf(5, { chat: chatOf(), earlierChat: true, typing: ['Grace Hopper'] })),
  'chat-search': () => meeting(meetingOf(5, { chat: chatOf(), earlierChat: true })),
  files: () => meeting(meetingOf(5, filesOf())),
  'files-some': () => {
    const some = meetingOf(5, filesOf());
    const types = ['image/*', 'application/pdf', 'text/plain'];
    return meeting({ ...some, fileLimits: some.fileLimits && { ...some.fileLimits, types } });
  },
  'files-off': () => {
    const off = meetingOf(5, filesOf());
    return meeting({ ...off, forAll: { ...off.forAll, filesAllowed: false } });
  },
  people: () => meeting(everyState()),
  banned: () => meeting({ ...everyState(), lobby: [], bans: bans() }),
  'people-menu': () => meeting(everyState()),
  grants: () => meeting(meetingOf(3)),
  'grants-none': () => meeting(meetingOf(3, { grants: { sources: [], chat: false, unmute: false } })),
  'not-granted': () => meeting(meetingOf(3, { self: unheard, chat: chatOf().slice(1, 4) })),
  'name-fixed': () => meeting(meetingOf(2, { self: person(0, { nameFixed: true, role: 'member' }) })),
  verified: () => meeting(meetingOf(3, { others: [person(1, { nameFixed: true }), person(2, { role: 'guest' })] })),
  settings: () => meeting(meetingOf(3)),
  alerts: () => meeting(meetingOf(3)),
  notes: () => meeting(meetingOf(3)),
  polls: () => meeting(meetingOf(5, { polls: [openPoll, closedPoll] })),
  'poll-new': () => meeting(meetingOf(3)),
  'poll-asked': () => meeting(meetingOf(3, { polls: [openPoll], self: person(0, { role: 'member' }) })),
  breakouts: () => meeting({ ...base, breakouts: breakoutsOf() }),
  'breakout-new': () => meeting(base),
  'breakout-inside': () =>
    meeting({
      ...base,
      placeId: 'r1',
      self: person(0, { role: 'member' }),
      name: 'Room 1',
      breakouts: { ...breakoutsOf(), place: 'r1' },
    }),
  'breakout-waiting': () => meeting({ ...base, self: person(0, { role: 'member' }), breakouts: breakoutsOf() }),
  'for-all': () => meeting(meetingOf(3)),
  'unmute-asked': () =>
    meeting(meetingOf(3, { self: person(0, { role: 'member', microphone: silent('m', true), unmuteAskedAt: 1 }) })),
  ending: () => meeting(meetingOf(3)),
  screen: () => meeting({ ...base, others: [{ ...second, screen: slide }, third, ...rest] }),
  sharing: () => meeting({ ...base, self: { ...base.self, screen: slide } }),
  reconnecting: () => meeting({ ...base, connection: 'reconnecting', absence: awayFor(8), locked: true }),
  'media-blocked': () => meeting({ ...base, mediaBlocked }),
  'media-blocked-alone': () =>
    meeting(meetingOf(1, { mediaBlocked: { ...mediaBlocked, relays: ['turn.example.org:443'] } })),
  /** The picture of the README. */
  picture: () => meeting(pictured()),
  'reencoding-off': () => meeting({ ...base, reencoding: { ...onlyOff, available: false, hindrance: 'noneRuns' } }),
  'reencoding-chosen': () => meeting({ ...base, reencoding: onlyOff }),
  'reencoding-waiting': () => meeting({ ...base, reencoding: { ...onlyOff, policy: { mode: 'auto', viewers: 20 } } }),
  'reencoding-missing': () =>
    meeting({
      ...base,
      reencoding: { policy: { mode: 'auto', viewers: 25 }, available: false, hindrance: 'noneRuns' },
    }),
  'reencoding-menu-missing': () =>
    meeting({ ...base, reencoding: { policy: { mode: 'off' }, available: false, hindrance: 'noneRuns' } }),
  'reencoding-on': () => meeting(reencoded),
  'reencoding-people': () => meeting(reencoded),
  'reencoding-menu': () => meeting(reencoded),
  'reencoding-others': () => meeting({ ...reencoded, self: { ...reencoded.self, role: 'member' } }),
  help: () =>
    meeting({
      ...base,
      recoveries: [
        { at: new Date(2026, 10, 21, 10, 42, 7).getTime(), ms: 310, kind: 'server', url: 'https://node-2.example.org' },
        { at: new Date(2026, 10, 21, 11, 5, 31).getTime(), ms: 0, kind: 'moved', url: 'https://node-1.example.org' },
        {
          at: new Date(2026, 10, 21, 11, 9, 2).getTime(),
          ms: 14_200,
          kind: 'network',
          url: 'https://node-1.example.org',
        },
      ],
    }),
  'talking-muted': () => meeting({ ...base, microphoneHint: 'talkingMuted' }),
  'silent-microphone': () => meeting({ ...base, microphoneHint: 'silent' }),
  'noisy-microphone': () => meeting({ ...base, microphoneHint: 'noisy' }),
  'microphone-menu': () => meeting(meetingOf(3)),
  effects: () =>
    meeting({
      ...base,
      effects: {
        blur: { wanted: false, on: false, problem: 'slow' },
        noise: { wanted: true, on: false, problem: null },
      },
    }),
  interrupted: () =>
    meeting({
      ...base,
      self: { ...base.self, camera: { ...pictureOf('c0', paintFace(0)), interrupted: true } },
      others: [{ ...second, camera: { ...pictureOf('c1', paintFace(1)), interrupted: true } }, third, ...rest],
    }),
  'standby-ready': () => meeting({ ...base, hotStandby: { choice: 'on', state: 'ready' } }),
  'standby-missing': () => meeting({ ...base, hotStandby: { choice: 'on', state: 'nowhere' } }),
  presentation: () =>
    looking({ layout: 'presentation' }, { ...base, others: [{ ...second, screen: slide }, third, ...rest] }),
  pins: () => looking({ pins: ['camera:p1', 'camera:p2', 'camera:p0'] }, base),
  'tile-menu': () => meeting(base),
  'screen-menu': () =>
    meeting({ ...base, others: [{ ...second, screen: slide, screenAudio: silent('a', false) }, third, ...rest] }),
  declined: () => meeting({ ...base, others: [{ ...second, screen: slide, screenDeclined: true }, third, ...rest] }),
  reactions: () =>
    meeting({ ...base, reactions: ['👍', '🎉', '❤️'].map((emoji, id) => ({ id, personId: `p${id + 1}`, emoji })) }),
  hands: () => meeting(raisedHands()),
  'people-hands': () => meeting(raisedHands()),
  absent: () => meeting(absent()),
  knock: () => meeting({ ...base, lobby: everyState().lobby.slice(0, 1) }),
};

await startGallery(states);
