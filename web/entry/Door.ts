import type { Meeting } from '../meeting/Meeting.ts';

/** How a person gets into one room. `ServerDoor` is the one that asks the server. */
export interface Door {
  /** What this tab had in the meeting a moment ago (the page was reloaded): it goes straight back in. */
  readonly formerStay: Stay | null;
  /** Finds out early whether there is such a room; rejects where nobody can enter. */
  prepare(): Promise<void>;
  /** Rejects with the refusal's code: PASSWORD_REQUIRED, LOBBY, ROOM_FULL, … */
  enter(request: EnterRequest): Promise<Meeting>;
  /** Resolves once a host has decided; `signal` withdraws the wish. */
  knock(name: string, signal: AbortSignal): Promise<boolean>;
}

export interface Stay {
  readonly name: string;
  readonly cameraOn: boolean;
  readonly microphoneOn: boolean;
}

export interface EnterRequest extends Stay {
  readonly password: string | null;
  /** Called once the room is entered: from then on the open devices are the meeting's. */
  takeTracks(): { readonly camera: MediaStreamTrack | null; readonly microphone: MediaStreamTrack | null };
}
