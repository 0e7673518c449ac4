import { toPlain } from '../../../core/room/fields.ts';
import type { ChatMessage, Participant, RoomSettings, RoomState, Track } from '../../../core/room/state.ts';

/** A state with lists instead of maps and sets, so that JSON can carry it out of a browser. */
export type RoomPicture = Omit<RoomState, 'participants' | 'lobby' | 'admitted' | 'banned' | 'chat' | 'settings'> & {
  readonly settings: RoomSettings;
  readonly participants: readonly (Omit<Participant, 'tracks'> & { readonly tracks: readonly Track[] })[];
  readonly lobby: readonly unknown[];
  readonly admitted: readonly string[];
  readonly banned: readonly string[];
  readonly chat: readonly ChatMessage[];
};

export function toPicture(state: RoomState): RoomPicture {
  return toPlain(state) as RoomPicture;
}
