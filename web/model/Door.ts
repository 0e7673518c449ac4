import type { Account } from './Account.ts';
import type { Meeting } from './Meeting.ts';

/** How a person gets into one room. `ServerDoor` asks the server. */
export interface Door {
  readonly account: Account;
  /**
   * What this tab had on in the meeting before the page was reloaded: it goes straight back in. Null if there was none.
   */
  readonly formerStay: Stay | null;
  /**
   * A token that came with the link and would make this browser somebody else in the room than it is: a link may come
   * from a person who wants to be somebody's double. Null if there is none, or it was answered.
   */
  readonly handed: { readonly name: string | null } | null;
  /** Answers whether to go on as the person of the link. */
  acceptHanded(accept: boolean): void;
  /**
   * Finds out early whether there is such a room.
   * @throws an error with the refusal's `code` when nobody can enter
   */
  prepare(): Promise<void>;
  /** Loads what entering needs: the person may be about to. */
  warmUp(): void;
  /**
   * Enters the room. In a room with a lobby it takes as long as a host does; aborting `signal` gives up.
   * @throws an error with the refusal's `code`: PASSWORD_REQUIRED, ROOM_FULL, LOBBY_DENIED, …
   */
  enter(request: EnterRequest, onLobby: () => void, signal: AbortSignal): Promise<Meeting>;
}

export interface Stay {
  readonly name: string;
  readonly cameraOn: boolean;
  readonly microphoneOn: boolean;
}

export interface EnterRequest extends Stay {
  readonly password: string | null;
  /** Called once the room is entered: from then on the open devices belong to the meeting. */
  takeTracks(): HandedTracks;
}

/** Each track resolves as soon as it is open; null if it is off or failed. */
export interface HandedTracks {
  readonly camera: Promise<MediaStreamTrack | null>;
  readonly microphone: Promise<MediaStreamTrack | null>;
}
