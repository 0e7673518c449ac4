import type { types } from 'mediasoup-client';
import type { GetJoinToken } from './connection/JoinTokens.ts';
import type { DeviceAccess } from './media/devices.ts';
import type { Through } from './media/through.ts';
import type { KeyValueStorage } from './storage.ts';

export interface RoomOptions {
  /** Keeps the session through a reload; per tab. */
  readonly sessionStorage?: KeyValueStorage;
  /** Keeps the random id of this device, which bans reach; without it, clients outside browsers have none. */
  readonly deviceStorage?: KeyValueStorage;
  /** Keeps unsent chat through a reload. */
  readonly chatStorage?: KeyValueStorage;
  readonly devices?: DeviceAccess;
  /** False joins without media: no device is loaded and no transport is opened. */
  readonly media?: boolean;
  /** For WebRTC outside browsers, where mediasoup-client cannot detect the handler by itself. */
  readonly deviceHandler?: types.BuiltinHandlerName;
  /** A recovery that is over sooner is not announced to the application. */
  readonly announceReconnectingAfterMs?: number;
  /** The only way that media may take to the server: for tests of a network. */
  readonly through?: Through;
  /**
   * Asked once for another join token when one lets nobody in any more (it expired before the person joined, say), and
   * when the stay is over and there is none to join again. After a host removed somebody it is asked only by a new
   * `connect`.
   */
  readonly getJoinToken?: GetJoinToken;
  readonly newId?: () => string;
}

export interface ConnectOptions {
  readonly name: string;
  readonly password?: string;
  /**
   * In a room with a lobby: knock and wait, so `connect` takes as long as a host does. Without it, `connect` rejects
   * with LOBBY.
   */
  readonly knock?: boolean;
  readonly timeoutMs?: number;
  /** False stays at the node that it comes to: for applications that place people themselves. */
  readonly follow?: boolean;
}
