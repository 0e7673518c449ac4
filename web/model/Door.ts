import type { Meeting } from './Meeting.ts';

/** How a person gets into one room. `ServerDoor` is the one that asks the server. */
export interface Door {
  /** What this tab had in the meeting a moment ago (the page was reloaded): it goes straight back in. */
  readonly formerStay: Stay | null;
  /** Finds out early whether there is such a room; rejects where nobody can enter. */
  prepare(): Promise<void>;
  /**
   * Rejects with the refusal's code: PASSWORD_REQUIRED, ROOM_FULL, LOBBY_DENIED, … Where there is a lobby it takes as
   * long as a host does; aborting `signal` gives up.
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
  /** Called once the room is entered: from then on the open devices are the meeting's. */
  takeTracks(): HandedTracks;
}

/** Each as soon as it is open; null for what is off or failed. */
export interface HandedTracks {
  readonly camera: Promise<MediaStreamTrack | null>;
  readonly microphone: Promise<MediaStreamTrack | null>;
}
