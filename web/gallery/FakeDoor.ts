import type { Account, SignInState } from '../model/Account.ts';
import type { Door, EnterRequest } from '../model/Door.ts';
import type { Meeting, MeetingSnapshot } from '../model/Meeting.ts';
import { FakeMeeting } from './FakeMeeting.ts';
import { meetingOf } from './snapshots.ts';

/** A door with preset answers: `prepare` and `enter` fail with the code given for them, 'LOBBY' makes people wait. */
export class FakeDoor implements Door {
  readonly formerStay = null;
  readonly account: Account;
  handed: { readonly name: string | null } | null;
  readonly #prepare: string | null;
  readonly #enter: string | null;
  /** Where it leads. */
  readonly #meeting: MeetingSnapshot;

  constructor(
    refusals: { prepare?: string; enter?: string; handed?: string; signIn?: SignInState } = {},
    meeting = meetingOf(2),
  ) {
    this.#meeting = meeting;
    this.account = fakeAccount(refusals.signIn ?? null);
    this.handed = refusals.handed === undefined ? null : { name: refusals.handed };
    this.#prepare = refusals.prepare ?? null;
    this.#enter = refusals.enter ?? null;
  }

  acceptHanded(): void {
    this.handed = null;
  }

  warmUp(): void {}

  async prepare(): Promise<void> {
    if (this.#prepare !== null) throw refusal(this.#prepare);
  }

  async enter(request: EnterRequest, onLobby: () => void): Promise<Meeting> {
    if (this.#enter === 'LOBBY') {
      onLobby();
      return new Promise(() => undefined);
    }
    if (this.#enter === 'PASSWORD_REQUIRED' && request.password !== null) throw refusal('PASSWORD_WRONG');
    if (this.#enter !== null) throw refusal(this.#enter);
    return new FakeMeeting(this.#meeting);
  }
}

export function fakeAccount(state: SignInState | null): Account {
  return { read: async () => state, signIn: () => undefined, signOut: async () => undefined };
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}
