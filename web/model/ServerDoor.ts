import { Room } from '../../client/index.ts';
import { mintToken } from '../lib/api.ts';
import { codeOf } from '../lib/describeError.ts';
import { thisPage } from '../lib/thisPage.ts';
import type { Door, EnterRequest, Stay } from './Door.ts';
import { findToken, forgetTokens, formerStayOf, rememberStay, rememberToken } from './identity.ts';
import type { Meeting } from './Meeting.ts';
import { reloadOnce, serverOf } from './PageUpgrade.ts';
import { RoomMeeting } from './RoomMeeting.ts';

/** The way into a room of the server that the page came from. */
export class ServerDoor implements Door {
  readonly #roomId: string;
  #token: string | null = null;
  #minted = false;

  constructor(roomId: string) {
    this.#roomId = roomId;
  }

  /** Null for a newcomer, who does not go in unasked. */
  get formerStay(): Stay | null {
    return this.#minted || !Room.canResume(this.#roomId) ? null : formerStayOf(this.#roomId);
  }

  async prepare(): Promise<void> {
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
      if (code !== 'TOKEN_EXPIRED' && code !== 'TOKEN_INVALID') throw error;
      // The remembered token is too old, or from a server that is gone: come in as somebody new.
      forgetTokens(this.#roomId);
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
    };
    update();
    meeting.subscribe(update);
  }
}
