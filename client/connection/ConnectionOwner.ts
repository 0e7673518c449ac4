import type { z } from 'zod';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import type { ExpectedMedia, RtpCapabilities, View } from '../../signaling/protocol/shapes.ts';
import type { RequestRefused } from '../errors.ts';
import type { GetJoinToken } from './JoinTokens.ts';
import type { Link, Notification } from './Link.ts';

/** `moved`: over to another node while the session before still served. */
export type EntryKind = 'joined' | 'resumed' | 'moved';

export type SessionEnd = 'replaced' | 'removed' | 'banned' | 'expired' | 'left' | 'roomClosed';

/** What the connection asks of its owner, and what it reports; all are called synchronously. */
export interface ConnectionOwner {
  /** What a request for entry says about this client's state. */
  entryState(): {
    readonly position: { readonly version: number; readonly commitId?: string };
    readonly rtpCapabilities: z.infer<typeof RtpCapabilities> | undefined;
    readonly view: View | undefined;
    readonly expected: readonly ExpectedMedia[];
  };
  /** A link that stands by, if there is one: the next session can take over what is there. */
  standby(): Link | undefined;
  /**
   * A session is open; called before any of its notifications. `former`: the link of the session before, if this client
   * moved; its node keeps that session's media for a while, and then closes it.
   */
  entered(session: EntryAnswer, link: Link, how: EntryKind, former?: Link): void;
  notified(notification: Notification): void;
  /** A message arrived that cannot be read. */
  invalid(name: string, error: unknown): void;
  /** The connection fell silent; a new one is being dialled while the old one may still come back. */
  suspected(): void;
  /** The silent connection came back by itself. */
  cleared(): void;
  /** The connection is gone; a new one is being dialled. */
  lost(reason: string): void;
  /**
   * No server speaks this client's version any more. The connection keeps asking; the application should load a newer
   * one.
   */
  outdated(error: Error): void;
  /** The way back is closed for `error.retryAfterMs`; the connection asks again then. Told once in each outage. */
  held(error: RequestRefused): void;
  /** True while a host has yet to let this client in; false once that is over. */
  lobby(waiting: boolean): void;
  /** The stay is over and cannot be resumed. `error` is set if a server refused. */
  ended(reason: SessionEnd | 'refused', error?: Error): void;
  mediaBytes(): Promise<number | null>;
  newId(): string;
}

export interface ConnectionOptions {
  readonly nodes: readonly string[];
  readonly joinToken: string | undefined;
  readonly getJoinToken: GetJoinToken | undefined;
  readonly resumeToken: string | undefined;
  /** The random id of this device. */
  readonly device: string | undefined;
  readonly name: string;
  readonly password: string | undefined;
  /** Wait in the lobby if the room has one. */
  readonly knock: boolean;
  /** Go where nodes send it. */
  readonly follow: boolean;
}
