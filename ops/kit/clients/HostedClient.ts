import type { ParticipantId } from '../../../core/room/state.ts';

/** A client, whatever it does. */
export interface HostedClient {
  readonly participantId: ParticipantId;
  /** A bot in a process of its own, or a page of a browser. */
  readonly kind: 'bot' | 'page';
  /** Reloads, crashes and uncaught errors so far. */
  reloads(): readonly string[];
  close(): Promise<void>;
}
