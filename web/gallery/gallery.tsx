import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import type { MediaBlocked, MeetingSnapshot, Person, PublishedMedia } from '../model/Meeting.ts';
import { EndedPage } from '../screens/entry/EndedPage.tsx';
import { RoomPage } from '../screens/entry/RoomPage.tsx';
import { LandingPage } from '../screens/landing/LandingPage.tsx';
import { MeetingScreen } from '../screens/meeting/MeetingScreen.tsx';
import { NoticesProvider } from '../ui/notices.tsx';
import { TipProvider } from '../ui/Tip.tsx';
import { FakeDoor } from './FakeDoor.ts';
import { FakeMeeting } from './FakeMeeting.ts';
import { paintFace, pictureOf } from './pictures.ts';
import { chatOf, meetingOf, person, silent, slide } from './snapshots.ts';

const nothing = () => undefined;
const unreachable = () => Promise.reject(Object.assign(new Error('no answer'), { code: 'UNREACHABLE' }));
const yes = async () => true;
const room = (door: FakeDoor) => <RoomPage door={door} onHome={nothing} />;
const meeting = (snapshot: MeetingSnapshot) => <MeetingScreen meeting={new FakeMeeting(snapshot)} />;
const base = meetingOf(5);
const [second, third, ...rest] = base.others;
if (!second || !third) throw new Error('too few people');

const silenced = { ...second.grants, unmute: false };
const everyState = meetingOf(5, {
  others: [
    { ...second, handRaisedAt: 1, quality: 1 },
    { ...third, connected: false },
    person(3, { role: 'guest', nameFixed: true, grants: silenced, microphone: null, camera: silent('c3', true) }),
    person(4, { role: 'host', screen: silent('s4', true) }),
  ],
  lobby: [
    { participantId: 'k1', name: 'Barbara Liskov', knockedAt: 1 },
    { participantId: 'k2', name: 'Edsger', knockedAt: 2 },
  ],
});

const bans = [
  { participantId: 'b1', name: 'Mallory', device: 'set', address: 'set', addressUntil: Date.now() + 3_000_000 },
  { participantId: 'p-unknown', name: null, device: null, address: null, addressUntil: null },
];

const unheard = person(0, {
  role: 'member',
  microphone: silent('m', true),
  camera: null,
  grants: { sources: ['microphone'], chat: false, unmute: false },
});

const onlyOff = { policy: { mode: 'off' }, available: true, reason: null } as const;
const missing = 'No reencoder runs: start one with "npm run reencoder".';
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

const pictured = meetingOf(5, {
  others: [second, { ...third, handRaisedAt: 1 }, person(5, { name: 'Barbara Liskov' }), person(6)],
  chat: chatOf().slice(1, 5),
});

const mediaBlocked: MediaBlocked = {
  ways: [
    { protocols: ['udp', 'tcp'], address: '192.0.2.1', port: 40_000 },
    { protocols: ['udp', 'tcp'], address: '2001:db8:0:abcd:0:567:8:1', port: 40_000 },
  ],
  relays: [],
};

/** Refuses devices as browsers do when the person says no. */
function refuseDevices(): void {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
}

/** Every screen and state of the page, by name. */
const states: Readonly<Record<string, () => ReactNode>> = {
  landing: () => <LandingPage mayCreate={yes} onCreate={async () => undefined} onJoin={nothing} />,
  'landing-failed': () => <LandingPage mayCreate={yes} onCreate={unreachable} onJoin={nothing} />,
  'landing-closed': () => (
    <LandingPage mayCreate={async () => false} onCreate={async () => undefined} onJoin={nothing} />
  ),
  prejoin: () => room(new FakeDoor()),
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
  handed: () => room(new FakeDoor({ handed: 'Grace Hopper' })),
  left: () => <EndedPage reason="left" onAgain={nothing} onHome={nothing} />,
  removed: () => <EndedPage reason="removed" onAgain={nothing} onHome={nothing} />,
  closed: () => <EndedPage reason="roomClosed" onAgain={nothing} onHome={nothing} />,
  alone: () => meeting(meetingOf(1)),
  two: () => meeting(meetingOf(2)),
  five: () => meeting(meetingOf(5)),
  twelve: () => meeting(meetingOf(12)),
  forty: () => meeting(meetingOf(40)),
  'forty-turned': () => meeting(meetingOf(40)),
  'forty-screen': () => meeting(withScreen(meetingOf(40))),
  'self-muted': () =>
    meeting(meetingOf(3, { self: person(0, { camera: silent('c', true), microphone: silent('m', true) }) })),
  chat: () => meeting(meetingOf(5, { chat: chatOf(), earlierChat: true, typing: ['Grace Hopper'] })),
  people: () => meeting(everyState),
  banned: () => meeting({ ...everyState, lobby: [], bans }),
  'people-menu': () => meeting(everyState),
  grants: () => meeting(meetingOf(3)),
  'grants-none': () => meeting(meetingOf(3, { grants: { sources: [], chat: false, unmute: false } })),
  'not-granted': () => meeting(meetingOf(3, { self: unheard, chat: chatOf().slice(1, 4) })),
  'name-fixed': () => meeting(meetingOf(2, { self: person(0, { nameFixed: true, role: 'member' }) })),
  verified: () => meeting(meetingOf(3, { others: [person(1, { nameFixed: true }), person(2, { nameFixed: true })] })),
  settings: () => meeting(meetingOf(3)),
  ending: () => meeting(meetingOf(3)),
  screen: () => meeting({ ...base, others: [{ ...second, screen: slide }, third, ...rest] }),
  sharing: () => meeting({ ...base, self: { ...base.self, screen: slide } }),
  reconnecting: () => meeting({ ...base, connection: 'reconnecting', locked: true }),
  'media-blocked': () => meeting({ ...base, mediaBlocked }),
  'media-blocked-alone': () =>
    meeting(meetingOf(1, { mediaBlocked: { ...mediaBlocked, relays: ['turn.example.org:443'] } })),
  /** The picture of the README. */
  picture: () => meeting(pictured),
  'reencoding-off': () => meeting({ ...base, reencoding: { ...onlyOff, available: false, reason: missing } }),
  'reencoding-chosen': () => meeting({ ...base, reencoding: onlyOff }),
  'reencoding-waiting': () => meeting({ ...base, reencoding: { ...onlyOff, policy: { mode: 'auto', viewers: 20 } } }),
  'reencoding-missing': () =>
    meeting({ ...base, reencoding: { policy: { mode: 'auto', viewers: 25 }, available: false, reason: missing } }),
  'reencoding-menu-missing': () =>
    meeting({ ...base, reencoding: { policy: { mode: 'off' }, available: false, reason: missing } }),
  'reencoding-on': () => meeting(reencoded),
  'reencoding-people': () => meeting(reencoded),
  'reencoding-menu': () => meeting(reencoded),
  'reencoding-others': () => meeting({ ...reencoded, self: { ...reencoded.self, role: 'member' } }),
  'standby-ready': () => meeting({ ...base, hotStandby: { choice: 'on', state: 'ready' } }),
  'standby-missing': () => meeting({ ...base, hotStandby: { choice: 'on', state: 'nowhere' } }),
  knock: () => meeting({ ...base, lobby: everyState.lobby.slice(0, 1) }),
};

const name = new URLSearchParams(location.search).get('state') ?? 'landing';
const state = states[name];
const root = document.getElementById('root');
if (!state || !root) throw new Error(`no state ${name}`);
createRoot(root).render(
  <TipProvider>
    <NoticesProvider>{state()}</NoticesProvider>
  </TipProvider>,
);
