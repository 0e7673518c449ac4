import { isAbsolute, join, resolve } from 'node:path';
import type { MediaListen } from '../../core/media/workers/announcedCandidates.ts';
import type { MediaPolicy } from '../../core/view/mediaSteps.ts';
import type { Durability } from '../../recovery/journal/durability.ts';
import { clusterAddresses } from './clusterAddresses.ts';
import { type FilesInS3, filesInS3 } from './filesInS3.ts';
import { keptSecrets } from './keptSecrets.ts';
import { type Machine, thisMachine } from './machine.ts';
import { mediaListen, mediaPortsFor } from './mediaAddresses.ts';
import { Secret } from './Secret.ts';
import { ConfigError, parseSettings, type Settings, settingsFile } from './settings/settings.ts';
import { type SignInConfig, signInConfig, signInProblems } from './signInConfig.ts';

/** A server's whole configuration, in one slice for each part. Below `ops` nothing reads the environment. */
export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** The address where browsers reach this node, without a slash at the end. */
    readonly publicUrl: string;
    /** Origins whose pages may show the page in a frame. */
    readonly frameAncestors: readonly string[];
    /** Where /metrics need no key; null for nowhere. */
    readonly metrics: { readonly host: string; readonly port: number } | null;
    /** Where clients stand by while this server does: the first of these ports that is free. */
    readonly standbyPorts: readonly [number, number];
    /** Where browsers reach those ports; empty: at the host of `publicUrl`. */
    readonly standbyUrls: readonly string[];
    /** Files in PEM form; null for plain HTTP. */
    readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  };
  readonly signaling: {
    readonly engine: 'auto' | 'uws' | 'ws';
    /** Addresses, ranges or their names, as `ClientAddresses` takes them. */
    readonly trustedProxies: readonly string[];
    readonly iceServers: Secret<NonNullable<Settings['ICE_SERVERS']>>;
    /** TURN servers that share a secret with this node; null for none. */
    readonly turn: { readonly urls: readonly string[]; readonly secret: Secret } | null;
  };
  readonly redis: {
    /** In one of the forms of `parseRedisUrl`; undefined if the supervisor brings an embedded Redis. */
    readonly url: Secret | undefined;
    readonly durability: Durability;
    /** Of the embedded Redis. */
    readonly memoryMb: number;
  };
  readonly media: {
    /** One entry for each address that a worker listens on. */
    readonly listen: readonly MediaListen[];
    /** Worker i listens on `basePort + i`, UDP and TCP. */
    readonly basePort: number;
    /** Whether the ports take TCP too. */
    readonly iceTcp: boolean;
    readonly workers: number;
    /** Number of consumers. */
    readonly workerCapacity: number;
    /** Null for everybody. */
    readonly policy: MediaPolicy;
    /** Where other nodes send media. `ports`: UDP, the last one included; null for any. */
    readonly pipes: {
      readonly address: string;
      readonly ports: { readonly min: number; readonly max: number } | null;
    };
  };
  /** What this node takes. */
  readonly admission: {
    readonly consumers: number;
    readonly lagMs: number;
    readonly entriesAtOnce: number;
  };
  readonly room: {
    readonly graceMs: number;
    readonly emptyMs: number;
    readonly retentionMs: number;
    /** What a room may hold in Redis, without its people. */
    readonly memoryMb: number;
    /** Anonymous people of one address in a room. */
    readonly peoplePerAddress: number;
    /** Rooms that people of one address made without the API key. */
    readonly roomsPerAddress: number;
    /** Whether clients keep a second place ready: nowhere, where a room asks for it, or unless it says otherwise. */
    readonly hotStandby: Settings['HOT_STANDBY'];
  };
  /** What people share in chat; null for nothing. */
  readonly files: {
    /** A folder, or a bucket. */
    readonly kept: { readonly folder: string } | { readonly s3: FilesInS3 };
    readonly maxBytes: number;
    /** Of all files in a room. */
    readonly roomBytes: number;
    readonly types: readonly string[];
  } | null;
  readonly auth: {
    readonly apiKey: string;
    readonly apiSecret: Secret;
    readonly tokenSecret: Secret;
    readonly oldTokenSecrets: readonly Secret[];
    readonly openRoomCreation: boolean | 'signed-in';
    readonly guestAccess: boolean;
    readonly signIn: SignInConfig | null;
  };
  readonly reencoding: {
    /** The engine of the sidecar beside the server; `off` for no sidecar. */
    readonly sidecar: Settings['REENCODER'];
    /** Shared by nodes and sidecars. */
    readonly sidecarSecret: Secret;
    /** The address where sidecars reach this node, without a slash at the end. */
    readonly sidecarUrl: string;
    /** How many tracks of one room are reencoded at most. */
    readonly tracksPerRoom: number;
    /** UDP ports for sidecars on other machines, the last one included; null for any. */
    readonly plainPorts: { readonly min: number; readonly max: number } | null;
  };
  readonly cluster: {
    /** The address where other nodes reach this one, without a slash at the end. */
    readonly internalUrl: string;
    /** The IP address that other nodes send media to. */
    readonly mediaAddress: string;
    readonly region: string | null;
  };
  readonly log: { readonly level: Settings['LOG_LEVEL'] };
  readonly node: { readonly name: string; readonly dataFolder: string; readonly user: string | undefined };
  /** How long this node may be without Redis, while others have it, before it sends its people away. */
  readonly fenceAfterMs: number;
  readonly supervisor: { readonly unresponsiveMs: number; readonly drainMs: number };
}

/** Makes the secrets that were not configured; called only if one is missing. */
export type SecretsOf = (dataFolder: string) => {
  apiKey: string;
  apiSecret: string;
  tokenSecret: string;
  sidecarSecret: string;
};

/**
 * Returns the configuration that an environment and the text of a settings file give; the environment wins.
 * @throws ConfigError when a setting is bad; it names all bad ones
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  fileText: string,
  machine: Machine,
  generatedSecrets: SecretsOf,
): Config {
  const { set, problems } = parseSettings(env, fileText);

  const workers = set.WORKERS ?? machine.cores;
  const lastMediaPort = set.MEDIA_PORT + mediaPortsFor(workers) - 1;
  if (lastMediaPort > 65_535) {
    problems.push(
      `MEDIA_PORT ${set.MEDIA_PORT} leaves no room for ${mediaPortsFor(workers)} ports, two for each worker: choose one ` +
        `below ${65_537 - mediaPortsFor(workers)}`,
    );
  }
  if (isBetween(set.PORT, set.MEDIA_PORT, lastMediaPort)) {
    problems.push(`PORT ${set.PORT} is one of the media ports ${set.MEDIA_PORT} to ${lastMediaPort}: choose another`);
  }
  if (
    set.METRICS_PORT &&
    (set.METRICS_PORT === set.PORT || isBetween(set.METRICS_PORT, set.MEDIA_PORT, lastMediaPort))
  ) {
    problems.push(`METRICS_PORT ${set.METRICS_PORT} is PORT or one of the media ports: choose another`);
  }
  const isFree = (port: number): boolean =>
    port !== set.PORT && port !== set.METRICS_PORT && !isBetween(port, set.MEDIA_PORT, lastMediaPort);
  const standbyPort = set.STANDBY_PORT ?? portsAfter(lastMediaPort, isFree);
  if (!isFree(standbyPort) || !isFree(standbyPort + 1)) {
    problems.push(`STANDBY_PORT ${standbyPort} and the next port are neither PORT, METRICS_PORT nor media ports`);
  }
  for (const name of ['REENCODER_PORTS', 'INTERNAL_MEDIA_PORTS'] as const) {
    const ports = set[name];
    if (!ports || ports.min > lastMediaPort || ports.max < set.MEDIA_PORT) continue;
    problems.push(
      `${name} ${ports.min}-${ports.max} meets the media ports ${set.MEDIA_PORT} to ${lastMediaPort}: choose others`,
    );
  }
  if (!set.API_KEY !== !set.API_SECRET) {
    problems.push(`${set.API_KEY ? 'API_SECRET' : 'API_KEY'} must be set too: API_KEY and API_SECRET belong together`);
  }
  if (!set.TLS_CERT !== !set.TLS_KEY) {
    problems.push(`${set.TLS_CERT ? 'TLS_KEY' : 'TLS_CERT'} must be set too: TLS_CERT and TLS_KEY belong together`);
  }
  if (!set.TURN_URLS !== !set.TURN_SECRET) {
    problems.push(
      `${set.TURN_URLS ? 'TURN_SECRET' : 'TURN_URLS'} must be set too: TURN_URLS and TURN_SECRET belong together`,
    );
  }
  if (set.DURABILITY === 'replica' && !set.REDIS_URL) {
    problems.push('DURABILITY replica needs REDIS_URL: the embedded Redis has no replica');
  }
  problems.push(...signInProblems(set));
  const s3 = set.FILES === 's3' ? filesInS3(set, problems) : null;
  if (problems.length > 0) throw new ConfigError(problems);

  const openRoomCreation = set.OPEN_ROOM_CREATION ?? (set.OIDC_ISSUER ? 'signed-in' : !set.API_KEY);
  const dataFolder = dataFolderOf(set, machine);
  const scheme = set.TLS_CERT ? 'https' : 'http';
  const generated = set.API_SECRET && set.TOKEN_SECRET && set.SIDECAR_SECRET ? undefined : generatedSecrets(dataFolder);
  return {
    http: {
      host: set.HOST,
      port: set.PORT,
      standbyPorts: [standbyPort, standbyPort + 1],
      standbyUrls: set.STANDBY_URLS ?? [],
      frameAncestors: set.FRAME_ANCESTORS ?? [],
      publicUrl: withoutSlash(set.NODE_URL ?? `${scheme}://localhost:${set.PORT}`),
      tls:
        set.TLS_CERT && set.TLS_KEY
          ? { certFile: pathOf(set.TLS_CERT, machine), keyFile: pathOf(set.TLS_KEY, machine) }
          : null,
      metrics: set.METRICS_PORT ? { host: set.METRICS_HOST, port: set.METRICS_PORT } : null,
    },
    signaling: {
      engine: set.SIGNALING_ENGINE,
      trustedProxies: set.TRUSTED_PROXIES,
      iceServers: new Secret(set.ICE_SERVERS ?? []),
      turn: set.TURN_URLS && set.TURN_SECRET ? { urls: set.TURN_URLS, secret: new Secret(set.TURN_SECRET) } : null,
    },
    redis: {
      url: set.REDIS_URL ? new Secret(set.REDIS_URL) : undefined,
      memoryMb: set.REDIS_MEMORY_MB || Math.max(64, Math.floor(machine.memoryMb / 4)),
      durability: set.DURABILITY === 'replica' ? { mode: 'replica', replicas: set.REPLICAS } : { mode: set.DURABILITY },
    },
    media: {
      listen: mediaListen(set.ANNOUNCED_ADDRESS, machine),
      basePort: set.MEDIA_PORT,
      iceTcp: set.ICE_TCP,
      workers,
      workerCapacity: set.WORKER_CAPACITY,
      policy: {
        lastN: set.LAST_N || null,
        loudestN: set.LOUDEST_N || null,
        lastScreens: set.LAST_SCREENS || null,
        pageSize: set.PAGE_SIZE,
      },
      pipes: { address: clusterAddresses(set, machine).mediaAddress, ports: set.INTERNAL_MEDIA_PORTS ?? null },
    },
    admission: {
      consumers: (set.MAX_CONSUMERS ?? 4 * workers * set.WORKER_CAPACITY) || Number.POSITIVE_INFINITY,
      lagMs: set.BUSY_MS,
      entriesAtOnce: set.ENTRIES_AT_ONCE,
    },
    room: {
      graceMs: set.GRACE_MS,
      emptyMs: set.EMPTY_ROOM_MS,
      retentionMs: set.RETENTION_MS,
      memoryMb: set.ROOM_MEMORY_MB,
      peoplePerAddress: set.PEOPLE_PER_ADDRESS,
      roomsPerAddress: set.ROOMS_PER_ADDRESS,
      hotStandby: set.HOT_STANDBY,
    },
    files:
      set.FILES === 'off'
        ? null
        : {
            kept: s3
              ? { s3 }
              : { folder: set.FILES_FOLDER ? pathOf(set.FILES_FOLDER, machine) : join(dataFolder, 'files') },
            maxBytes: set.FILE_MAX_MB * 1_000_000,
            roomBytes: set.ROOM_FILES_MB * 1_000_000,
            types: set.FILE_TYPES,
          },
    auth: {
      apiKey: set.API_KEY ?? generated?.apiKey ?? '',
      apiSecret: new Secret(set.API_SECRET ?? generated?.apiSecret ?? ''),
      tokenSecret: new Secret(set.TOKEN_SECRET ?? generated?.tokenSecret ?? ''),
      oldTokenSecrets: (set.OLD_TOKEN_SECRETS ?? []).map((text) => new Secret(text)),
      openRoomCreation,
      guestAccess: set.GUEST_ACCESS ?? openRoomCreation !== false,
      signIn: signInConfig(set),
    },
    reencoding: {
      sidecar: set.REENCODER,
      sidecarSecret: new Secret(set.SIDECAR_SECRET ?? generated?.sidecarSecret ?? ''),
      sidecarUrl: withoutSlash(set.SIDECAR_URL ?? `${scheme}://${hostForSidecars(set.HOST, machine)}:${set.PORT}`),
      tracksPerRoom: set.REENCODED_TRACKS_PER_ROOM,
      plainPorts: set.REENCODER_PORTS ?? null,
    },
    fenceAfterMs: set.FENCE_AFTER_MS,
    cluster: { ...clusterAddresses(set, machine), region: set.REGION ?? null },
    log: { level: set.LOG_LEVEL },
    node: { name: set.NODE_NAME ?? machine.name, dataFolder, user: set.EVERROOM_USER },
    supervisor: { unresponsiveMs: set.UNRESPONSIVE_MS, drainMs: set.DRAIN_MS },
  };
}

/** The folder that holds everything that is kept. */
export function dataFolderOf({ EVERROOM_DATA }: Settings, machine: Machine): string {
  return pathOf(EVERROOM_DATA, machine);
}

/** Returns a path of a setting as an absolute one. */
export function pathOf(path: string, { folder }: Machine): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

/** Returns the first of two free ports, after the media ports if there are some. */
function portsAfter(lastMediaPort: number, isFree: (port: number) => boolean): number {
  const ports = Array.from({ length: 64_512 }, (_, index) => 1_024 + ((lastMediaPort - 1_023 + index) % 64_512));
  return ports.find((port) => port < 65_535 && isFree(port) && isFree(port + 1)) ?? lastMediaPort;
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Sidecars on this machine and on its network use the same address. */
function hostForSidecars(host: string, { networkAddress }: Machine): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host;
  return networkAddress ?? '127.0.0.1';
}

/**
 * Reads the environment and the settings file: `everroom.env` in the checkout, or the file that EVERROOM_CONFIG names.
 * Generates missing secrets once and keeps them in the data folder.
 * @throws ConfigError when a setting is bad; it names all bad ones
 * @throws Error of the file system when the data folder cannot be written
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  return parseConfig(env, settingsFile(env.EVERROOM_CONFIG), thisMachine(), keptSecrets);
}
