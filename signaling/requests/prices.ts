import type { RequestName } from '../protocol/requests.ts';

/** Whoever asks for something pays for it by the work that it makes. */
export interface Price {
  /** Who hears of it besides the sender: the price grows with their number. Hosts are few, and cost nothing more. */
  readonly heardBy: 'nobody' | 'hosts' | 'room';
  /** What it costs beside that and the one that each request costs. */
  readonly extra: number;
}

const nobody: Price = { heardBy: 'nobody', extra: 0 };
const hosts: Price = { heardBy: 'hosts', extra: 0 };
const room: Price = { heardBy: 'room', extra: 0 };

/**
 * What each request costs. Coming in is heard by all too, but has its own pace and its fixed price: a full room that
 * comes back after an outage must not pay for its size.
 */
export const PRICES: { readonly [N in RequestName]: Price } = {
  join: { ...nobody, extra: 5 },
  resume: { ...nobody, extra: 5 },
  standBy: { ...nobody, extra: 5 },
  knock: hosts,
  leave: nobody,

  openMedia: { ...nobody, extra: 5 },
  connectTransport: nobody,
  restartIce: { ...nobody, extra: 2 },
  produce: nobody,
  setView: nobody,
  shown: nobody,

  publish: room,
  unpublish: room,
  setTrackMuted: room,
  setTrackInterrupted: room,
  setTrackReencoding: room,

  postChat: room,
  shareFile: { ...room, extra: 5 },
  fileLink: nobody,
  editChat: room,
  chatBefore: nobody,
  reactToMessage: room,
  deleteChat: room,

  raiseHand: room,
  lowerHand: room,
  rename: room,
  beginRecording: room,
  endRecording: room,

  setRole: room,
  setSpotlight: room,
  setLayout: room,
  setPrivateChat: room,
  setRecordingAllowed: room,
  setFilesAllowed: room,
  setGuests: room,
  setJoinMuted: room,
  muteAll: room,
  openPoll: room,
  castVote: room,
  editNotes: room,
  notesAfter: nobody,
  closePoll: room,
  removePoll: room,
  ownVotes: nobody,
  askToUnmute: room,
  declineUnmute: room,
  renameRoom: room,
  setLocked: room,
  setLobby: room,
  setPassword: { ...room, extra: 30 },
  setCapacity: room,
  admit: hosts,
  deny: hosts,
  denyAll: hosts,
  setGrants: room,
  setRoomGrants: room,
  remove: room,
  ban: room,
  unban: hosts,
  setReencodingPolicy: room,
  setHotStandby: room,
  openBreakouts: { ...room, extra: 10 },
  setBreakoutsEnd: room,
  endBreakouts: room,
  assignBreakout: room,
  enterBreakout: { ...room, extra: 5 },
  leaveBreakout: room,
  setMediaBounds: room,
  attendance: nobody,
  closeRoom: room,

  settled: nobody,
  react: room,
  setTyping: room,
  ping: nobody,
};

/** The most that receivers add to the price of a request: in the largest rooms people still do several things. */
const MOST_FOR_RECEIVERS = 20;

/** What those who hear of a request add to its price. `people`: in the room here. */
export function priceOfReceivers(name: RequestName, people: number, receiversPerRequest: number): number {
  return PRICES[name].heardBy === 'room' ? Math.min(people / receiversPerRequest, MOST_FOR_RECEIVERS) : 0;
}
