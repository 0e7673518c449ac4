import type { Drained } from './describeDrain.ts';

/** The messages between a supervisor and its processes over the IPC channel. */

export type ToServer =
  /**
   * Bind the ports and serve. Another server of this supervisor may still hold some of them; `relieves`: it serves
   * until this one is ready.
   */
  | { readonly type: 'activate'; readonly besideAnother: boolean; readonly relieves?: boolean }
  /** Let clients of the active server stand by here, before it is known whether this one is needed. */
  | { readonly type: 'stand-by' }
  /**
   * Send everybody to other nodes within this time, then answer `drained`; SIGTERM follows. `successor`: another server
   * of this supervisor has the ports by now and takes new connections.
   */
  | { readonly type: 'drain'; readonly limitMs: number; readonly successor: boolean }
  | { readonly type: 'ping' };

export type FromServer =
  /** Everything is loaded, workers are spawned and Redis is connected; no port is bound yet. */
  | { readonly type: 'standing-by' }
  /** It serves at this address. */
  | { readonly type: 'ready'; readonly url: string }
  /** Its rooms want a second place: the standby is to be one, and those that come after it. */
  | { readonly type: 'wants-second-place' }
  /** It cannot serve and ends now. `code` is an error's code, such as EADDRINUSE or CONFIG. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** `outcome`: left out by older versions. */
  | { readonly type: 'drained'; readonly outcome?: Drained }
  | { readonly type: 'pong' };

export type ToSidecar =
  /** Take jobs, now or as soon as everything is loaded. */
  { readonly type: 'serve' } | { readonly type: 'ping' };

export type FromSidecar =
  /** Its engine is loaded; it takes no job until it is told to serve. */
  | { readonly type: 'standing-by' }
  /** It takes jobs, or has said why it cannot. */
  | { readonly type: 'ready' }
  /** It has begun to work on tracks, or has none any more. */
  | { readonly type: 'working'; readonly on: boolean }
  | { readonly type: 'pong' };
