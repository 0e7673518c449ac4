import { toPlain } from '../../../core/room/fields.ts';
import type { ChatMessage, Participant, RoomSettings, RoomState, Track } from '../../../core/room/state.ts';

type Collections =
  | 'participants'
  | 'lobby'
  | 'admitted'
  | 'banned'
  | 'bans'
  | 'roles'
  | 'voided'
  | 'chat'
  | 'settings'
  | 'attendance'
  | 'polls'
  | 'breakouts';

/** A state with lists instead of maps and sets, so that JSON can carry it out of a browser. */
export type RoomPicture = Omit<RoomState, Collections> & {
  readonly settings: RoomSettings;
  readonly participants: readonly (Omit<Participant, 'tracks'> & { readonly tracks: readonly Track[] })[];
  readonly lobby: readonly unknown[];
  readonly admitted: readonly string[];
  readonly banned: readonly string[];
  readonly bans: readonly unknown[];
  readonly roles: readonly unknown[];
  readonly voided: readonly unknown[];
  readonly polls: readonly unknown[];
  readonly breakouts: unknown;
  readonly attendance: readonly unknown[];
  readonly chat: readonly ChatMessage[];
};

export function toPicture(state: RoomState): RoomPicture {
  return toPlain(state) as RoomPicture;
}
