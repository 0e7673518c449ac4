import { canResume, type GetJoinToken } from '../../client/index.ts';
import { mintToken } from '../lib/api.ts';
import { codeOf } from '../lib/describeError.ts';
import { roomPath } from '../lib/navigation.ts';
import { thisPage } from '../lib/thisPage.ts';
import type { Account, SignInState } from './Account.ts';
import type { Door, EnterRequest, Stay } from './Door.ts';
import { embedding } from './embedding/theFrame.ts';
import {
  findToken,
  forgetTokens,
  formerStayOf,
  isGuest,
  isKnown,
  nameIn,
  rememberStay,
  rememberToken,
  takeHandedToken,
} from './identity.ts';
import { isOn } from './isOn.ts';
import type { Meeting } from './Meeting.ts';
import { onDemand } from './onDemand.ts';
import { reloadOnce, serverOf } from './reloadOnce.ts';
import { serverAccount } from './serverAccount.ts';

const loadEnterRoom = () => onDemand(() => import('./enterRoom.ts'));

/** The way into a room of the server that the page came from. */
export class ServerDoor implements Door {
  readonly #roomId: string;
  #token: string | null = null;
  #minted = false;
  readonly account: Account;
  #handed: string | null;

  constructor(roomId: string) {
    this.#roomId = roomId;
    // Asked once, so that everything here goes by the same answer.
    const account = serverAccount(roomPath(roomId));
    let asked: Promise<SignInState | null> | null = null;
    this.account = { ...account, read: () => (asked ??= account.read()) };
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
    return this.#handed !== null || this.#minted || !canResume(this.#roomId) ? null : formerStayOf(this.#roomId);
  }

  async prepare(): Promise<void> {
    if (this.#handed !== null) return;
    const signIn = await this.account.read();
    if (signIn?.person && isGuest(this.#roomId) && !canResume(this.#roomId)) this.#forget();
    this.#token = await findToken(this.#roomId);
    if (this.#token === null) await this.#mint();
  }

  warmUp(): void {
    loadEnterRoom().catch((error: unknown) => console.warn('the meeting is not loaded yet', error));
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
      throw error;
    }
  }

  /** The remembered token is too old, or from a server that is gone: the person comes in as somebody new. */
  readonly #mintAnother: GetJoinToken = async ({ reason, participantId }) => {
    if (reason === 'REMOVED' || participantId !== null) return null;
    this.#forget();
    return this.#mint();
  };

  async #enter(token: string, request: EnterRequest, onLobby: () => void, signal: AbortSignal): Promise<Meeting> {
    const { enterRoom } = await loadEnterRoom();
    const meeting = await enterRoom(token, this.#mintAnother, request, onLobby, signal);
    this.#rememberStay(meeting);
    void embedding()?.then((talk) => talk.follow(meeting));
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
  #rememberStay(meeting: Meeting): void {
    const update = () => {
      const snapshot = meeting.getSnapshot();
      const { self, breakouts, ended } = snapshot;
      // On the way to another room of the meeting both are off for a moment.
      if (breakouts?.moving && ended === null) return;
      const stay = { name: self.name, cameraOn: isOn(snapshot, 'camera'), microphoneOn: isOn(snapshot, 'microphone') };
      rememberStay(this.#roomId, ended === null ? stay : null);
      if (ended === 'removed') this.#forget();
    };
    update();
    meeting.subscribe(update);
  }
}
