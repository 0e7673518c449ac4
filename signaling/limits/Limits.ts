import type { Rate } from './TokenBucket.ts';

/**
 * The limits for one client, and for all clients behind one address. They leave room for whole offices that come back
 * at once.
 */
export interface Limits {
  /** Requests of one connection; one of many kilobytes counts as several. */
  readonly requests: Rate;
  /** What a whole room hears costs its sender one request more for this many receivers. */
  readonly receiversPerRequest: number;
  /** Requests of all connections from one address. */
  readonly addressRequests: Rate;
  /** Requests of one connection that are not answered yet. */
  readonly requestsInFlight: number;
  /** Refused requests of one connection: beyond this rate the connection closes. */
  readonly excess: Rate;
  /** New connections from one address. */
  readonly connects: Rate;
  /** Connections from one address at the same time. */
  readonly connections: number;
  /** Requests of socket.io to let a socket in (CONNECT), in one connection in its whole life, and from one address. */
  readonly connectsPerConnection: number;
  readonly connectPackets: Rate;
  /** Sidecars from one address that were refused: beyond this rate the next ones are refused unseen. */
  readonly sidecarRefusals: Rate;
  /** Hellos of other nodes from one address, whether let in or not. */
  readonly nodeHellos: Rate;
  /** What one connection, and all from one address, may send, in bytes. */
  readonly bytes: Rate;
  readonly addressBytes: Rate;
  /** What is recorded of one connection, of all from one address, and of everybody on this node, in bytes of UTF-8. */
  readonly written: Rate;
  readonly addressWritten: Rate;
  readonly nodeWritten: Rate;
  /** REST requests from one address without the API key. */
  readonly rest: Rate;
  /** Rooms created from one address without the API key. */
  readonly roomsCreated: Rate;
  /** Rooms of one address without the API key that exist at the same time, on all nodes together. */
  readonly roomsOfAddress: number;
  /** Tests of the connection from one address: each has a room for some minutes. */
  readonly connectionTests: Rate;
  /** Tokens to join from one address without the API key. */
  readonly tokens: Rate;
  /** Requests to sign in, to come back from there and to sign out, from one address. */
  readonly signIns: Rate;
  /** Rooms that do not exist: guesses from one address without the API key. */
  readonly missedRooms: Rate;
  /** Files of the page from one address. */
  readonly files: Rate;
  /** Requests about files that people share, and new ones of them, from one address. */
  readonly fileRequests: Rate;
  readonly filesBegun: Rate;
  /** Files that one person, and everybody at one address, sends and reads at the same time. */
  readonly filesAtOnce: number;
  readonly filesAtOnceOfAddress: number;
  /** What one address reads of files that people share, in bytes. */
  readonly fileBytes: Rate;
  /** Wrong passwords from one address; wrong API keys from one address. */
  readonly wrongPasswords: Rate;
  readonly wrongKeys: Rate;
  /** Wrong passwords from all /64 of one /48, which one household or company may have. */
  readonly wrongPasswordsOfNet: Rate;
  /** New passwords of one room. */
  readonly passwordChanges: Rate;
  /** Knocks at one room from one address. */
  readonly knocks: Rate;
  /** People of one address in a room, and in its lobby, whose tokens were given without the API key. */
  readonly addressShare: number;
  /** Signals of one connection that nothing keeps: reactions, typing. */
  readonly signals: Rate;
  /** The same for all people of a room, counted in receivers. */
  readonly signalsOfRoom: Rate;
  /** The capacity of rooms that people make and change without the API key. */
  readonly openCapacity: number;
  /** When the event loop is later than this (ms), newcomers go to other nodes, or are refused. */
  readonly lagMs: number;
  /** A connection that lets no socket in for this long (ms) is closed. */
  readonly connectMs: number;
  /** A connection is pinged this often (ms), and closed when it does not answer within `pongMs`. */
  readonly pingEveryMs: number;
  readonly pongMs: number;
  /** When this node has so many consumers, newcomers go to other nodes, or are refused. */
  readonly consumers: number;
  /** How many clients come into rooms at the same time; the others wait for their turn. */
  readonly entriesAtOnce: number;
  /** A client's message, in bytes: above the first it is refused, above the second the connection closes. */
  readonly messageBytes: number;
  readonly frameBytes: number;
  /** Bytes that may wait in memory for one client that does not read, and for all of them. */
  readonly backlogBytes: number;
  readonly totalBacklogBytes: number;
  /** Body of an HTTP request. */
  readonly bodyBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  requests: { burst: 500, perSecond: 50 },
  receiversPerRequest: 25,
  addressRequests: { burst: 50_000, perSecond: 5_000 },
  requestsInFlight: 400,
  excess: { burst: 1_000, perSecond: 20 },
  connects: { burst: 2_000, perSecond: 200 },
  connections: 5_000,
  connectsPerConnection: 4,
  connectPackets: { burst: 4_000, perSecond: 400 },
  sidecarRefusals: { burst: 20, perSecond: 1 },
  nodeHellos: { burst: 100, perSecond: 5 },
  bytes: { burst: 1 << 20, perSecond: 128 << 10 },
  addressBytes: { burst: 64 << 20, perSecond: 8 << 20 },
  written: { burst: 1 << 20, perSecond: 16 << 10 },
  addressWritten: { burst: 64 << 20, perSecond: 512 << 10 },
  nodeWritten: { burst: 256 << 20, perSecond: 8 << 20 },
  rest: { burst: 1_000, perSecond: 50 },
  roomsCreated: { burst: 60, perSecond: 1 },
  roomsOfAddress: 100,
  connectionTests: { burst: 20, perSecond: 0.1 },
  tokens: { burst: 300, perSecond: 5 },
  signIns: { burst: 300, perSecond: 5 },
  missedRooms: { burst: 30, perSecond: 0.5 },
  files: { burst: 10_000, perSecond: 500 },
  fileRequests: { burst: 2_000, perSecond: 200 },
  filesBegun: { burst: 200, perSecond: 2 },
  filesAtOnce: 8,
  filesAtOnceOfAddress: 200,
  fileBytes: { burst: 16 * 2 ** 30, perSecond: 64 << 20 },
  wrongPasswords: { burst: 20, perSecond: 0.2 },
  wrongPasswordsOfNet: { burst: 100, perSecond: 1 },
  passwordChanges: { burst: 3, perSecond: 0.1 },
  wrongKeys: { burst: 20, perSecond: 0.2 },
  knocks: { burst: 20, perSecond: 0.1 },
  addressShare: 20,
  signals: { burst: 20, perSecond: 5 },
  signalsOfRoom: { burst: 20_000, perSecond: 10_000 },
  openCapacity: 200,
  lagMs: 200,
  connectMs: 10_000,
  pingEveryMs: 5_000,
  pongMs: 5_000,
  consumers: Number.POSITIVE_INFINITY,
  entriesAtOnce: 100,
  messageBytes: 56 << 10,
  frameBytes: 64 << 10,
  backlogBytes: 2 << 20,
  totalBacklogBytes: 256 << 20,
  bodyBytes: 64 << 10,
};
