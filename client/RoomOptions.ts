import type { types } from 'mediasoup-client';
import type { DeviceAccess } from './media/devices.ts';
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
