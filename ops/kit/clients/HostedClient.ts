import type { ParticipantId } from '../../../core/room/state.ts';

/** A client of any kind, in a bot or in a page. */
export interface HostedClient {
  readonly participantId: ParticipantId;
  /** A bot in its own process, or a page of a browser. */
  readonly kind: 'bot' | 'page';
  /** Reloads, crashes and uncaught errors so far. */
  reloads(): readonly string[];
  close(): Promise<void>;
}
