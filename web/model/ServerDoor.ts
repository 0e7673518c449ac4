import { Room } from '../../client/index.ts';
import { mintToken } from '../lib/api.ts';
import { codeOf } from '../lib/describeError.ts';
import { thisPage } from '../lib/thisPage.ts';
import type { Door, EnterRequest, Stay } from './Door.ts';
import {
  findToken,
  forgetTokens,
  formerStayOf,
  isKnown,
  nameIn,
  rememberStay,
  rememberToken,
  takeHandedToken,
} from './identity.ts';
import type { Meeting } from './Meeting.ts';
import { reloadOnce, serverOf } from './PageUpgrade.ts';
import { RoomMeeting } from './RoomMeeting.ts';

/** The token lets nobody in any more, or not here; a new one may. */
const TOKEN_OVER: ReadonlySet<string> = new Set(['TOKEN_EXPIRED', 'TOKEN_INVALID', 'TOKEN_REVOKED', 'TOKEN_USED']);

/** The way into a room of the server that the page came from. */
export class ServerDoor implements Door {
  readonly #roomId: string;
  #token: string | null = null;
  #minted = false;
  #handed: string | null;

  constructor(roomId: string) {
    this.#roomId = roomId;
    this.#handed = takeHandedToken();
    if (this.#handed !== null && !isKnown(roomId)) this.acceptHanded(true);
  }

  get handed(): { readonly name: string | null } | null {
    return this.#handed === null ? null : { name: nameIn(this.#handed) };
  }

  acceptHanded(accept: boolean): void {
    if (this.#handed !== null && accept) {
      forgetTokens(this.#roomId);
      rememberToken(this.#roomId, this.#handed);
    }
    this.#handed = null;
  }

  /** Null for a newcomer, who does not go in unasked. */
  get formerStay(): Stay | null {
    return this.#handed !== null || this.#minted || !Room.canResume(this.#roomId) ? null : formerStayOf(this.#roomId);
  }

  async prepare(): Promise<void> {
    if (this.#handed !== null) return;
    this.#token = await findToken(this.#roomId);
    if (this.#token === null) await this.#mint();
  }

  async enter(request: EnterRequest, onLobby: () => void, signal: AbortSignal): Promise<Meeting> {
    try {
      return await this.#enter(this.#token ?? (await this.#mint()), request, onLobby, signal);
    } catch (error) {
      const code = codeOf(error);
      // Newer servers have a newer page. The promise stays open while the browser loads it.
      if (code === 'PROTOCOL_UNSUPPORTED' && reloadOnce(thisPage, serverOf(error))) return new Promise(() => undefined);
      // Nobody who was removed comes back unasked: the next try is a newcomer's.
      if (code === 'REMOVED') this.#forget();
      if (code === null || !TOKEN_OVER.has(code)) throw error;
      // The remembered token is too old, or from a server that is gone: come in as somebody new.
      this.#forget();
      return await this.#enter(await this.#mint(), request, onLobby, signal);
    }
  }

  async #enter(token: string, request: EnterRequest, onLobby: () => void, signal: AbortSignal): Promise<Meeting> {
    const room = new Room();
    room.on('stateChanged', (state) => {
      if (state === 'lobby') onLobby();
    });
    const giveUp = () => void room.disconnect();
    signal.addEventListener('abort', giveUp);
    try {
      const { name, password } = request;
      await room.connect(location.origin, token, { name, ...(password !== null && { password }) });
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    const meeting = new RoomMeeting(room);
    meeting.publish(request.takeTracks());
    this.#rememberStay(meeting);
    return meeting;
  }

  #forget(): void {
    forgetTokens(this.#roomId);
    rememberStay(this.#roomId, null);
    this.#token = null;
  }

  async #mint(): Promise<string> {
    const { token } = await mintToken(this.#roomId);
    rememberToken(this.#roomId, token);
    this.#token = token;
    this.#minted = true;
    return token;
  }

  /** Kept in step with what is on, so that a reload opens no microphone that was muted. */
  #rememberStay(meeting: RoomMeeting): void {
    const update = () => {
      const { self, ended } = meeting.getSnapshot();
      const isOn = (media: { muted: boolean } | null) => media !== null && !media.muted;
      const stay = { name: self.name, cameraOn: isOn(self.camera), microphoneOn: isOn(self.microphone) };
      rememberStay(this.#roomId, ended === null ? stay : null);
      if (ended === 'removed') this.#forget();
    };
    update();
    meeting.subscribe(update);
  }
}
