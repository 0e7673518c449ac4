import type { MeetingActions, MeetingSnapshot, OneRoom } from '../Meeting.ts';

/** What people do in a breakout room for the whole meeting: the main room has it, and the breakout rooms follow. */
const ACTIONS = [
  'admit',
  'deny',
  'denyAll',
  'unban',
  'setRole',
  'setGrants',
  'setRoomGrants',
  'setLocked',
  'setLobby',
  'setPassword',
  'setPrivateChat',
  'setHotStandby',
  'setReencodingPolicy',
  'setMediaBounds',
  'closeRoom',
] as const satisfies readonly (keyof MeetingActions)[];

const HOSTING = [
  'attendance',
  'renameRoom',
  'setCapacity',
  'setFilesAllowed',
  'setGuests',
  'setJoinMuted',
] as const satisfies readonly (keyof MeetingActions['hosting'])[];

const SETTINGS = ['joinMuted', 'capacity', 'guests', 'filesAllowed'] as const;

/** What the page shows of the main room in a breakout room, too. */
const SHOWN = [
  'roomId',
  'invitation',
  'lobby',
  'bans',
  'ended',
  'grants',
  'locked',
  'lobbyEnabled',
  'passwordProtected',
  'privateChat',
  'recordingAllowed',
  'mediaBounds',
] as const satisfies readonly (keyof OneRoom<MeetingSnapshot>)[];

export function actionsInside(inside: OneRoom<MeetingActions>, main: OneRoom<MeetingActions>): OneRoom<MeetingActions> {
  return {
    ...inside,
    ...pick(main, ACTIONS),
    hosting: { ...inside.hosting, ...pick(main.hosting, HOSTING) },
    recording: { ...inside.recording, setAllowed: main.recording.setAllowed },
  };
}

export function snapshotInside(
  inside: OneRoom<MeetingSnapshot>,
  main: OneRoom<MeetingSnapshot>,
): OneRoom<MeetingSnapshot> {
  return {
    ...inside,
    ...pick(main, SHOWN),
    forAll: { ...inside.forAll, ...pick(main.forAll, SETTINGS) },
    hotStandby: { ...inside.hotStandby, choice: main.hotStandby.choice },
    reencoding: { ...inside.reencoding, policy: main.reencoding.policy },
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
