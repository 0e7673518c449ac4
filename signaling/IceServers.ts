import { createHmac } from 'node:crypto';
import type { Clock } from '../core/ports.ts';
import type { ParticipantId } from '../core/room/state.ts';
import type { EntryAnswer } from './protocol/requests.ts';

type IceServer = EntryAnswer['iceServers'][number];

/** TURN servers that share a secret with this node, as coturn's `use-auth-secret` understands it. */
export interface SharedSecretTurn {
  readonly urls: readonly string[];
  readonly secret: { reveal(): string };
}

/** Long enough for a client to open and restart its transports; it gets new ones with each answer that opens media. */
const GOOD_FOR_SECONDS = 6 * 3_600;

/** The ICE servers that clients are told. */
export class IceServers {
  readonly #fixed: readonly IceServer[];
  readonly #turn: SharedSecretTurn | null;
  readonly #clock: Clock;

  constructor(fixed: readonly IceServer[], turn: SharedSecretTurn | null, clock: Clock) {
    this.#fixed = fixed;
    this.#turn = turn;
    this.#clock = clock;
  }

  /**
   * Each call makes new credentials for TURN: the name says when they end and whose they are, the password is its HMAC
   * (the "TURN REST API", draft-uberti-behave-turn-rest-00).
   */
  for(participantId: ParticipantId): IceServer[] {
    if (!this.#turn) return [...this.#fixed];
    const endsAt = Math.floor(this.#clock.now() / 1_000) + GOOD_FOR_SECONDS;
    const username = `${endsAt}:${participantId}`;
    const credential = createHmac('sha1', this.#turn.secret.reveal()).update(username).digest('base64');
    return [...this.#fixed, { urls: [...this.#turn.urls], username, credential }];
  }
}
