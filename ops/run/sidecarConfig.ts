import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { isLoopback } from '../../core/reencoding/isLoopback.ts';
import { dataFolderOf, pathOf } from './config.ts';
import { sidecarRedisUrl } from './embeddedRedis.ts';
import { keptSecretsIn } from './keptSecrets.ts';
import { type Machine, thisMachine } from './machine.ts';
import { privateSocket } from './privateSocket.ts';
import { Secret } from './Secret.ts';
import { ConfigError, parseSettings, type Settings, settingsFile, settingsPath } from './settings/settings.ts';

/** A sidecar's whole configuration. */
export interface SidecarConfig {
  /** Its name in logs and in the directory. */
  readonly name: string;
  /** In one of the forms of `parseRedisUrl`. */
  readonly redisUrl: Secret;
  /** Shared by nodes and sidecars. */
  readonly sidecarSecret: Secret;
  /** The certificate of the server on this machine, if TLS_CERT names one. */
  readonly nodeCertFile: string | null;
  readonly engine: 'auto' | 'libav' | 'ffmpeg';
  /** Null for as many as the CPU is measured to carry. */
  readonly maxTracks: number | null;
  /** What a process that decodes strangers' video must not see: secrets, settings, and what people share. */
  readonly secretPaths: readonly string[];
  /** Returns the address of this machine to which the node at `nodeUrl` must send media. */
  addressFor(nodeUrl: string): Promise<string>;
  readonly log: { readonly level: Settings['LOG_LEVEL'] };
}

/** Values from the data folder of a server on the same machine, if there is one. */
export interface Neighbour {
  readonly sidecarSecret: string | undefined;
  readonly redisSocket: string | undefined;
}

/** @throws ConfigError when a setting is bad; it names all bad ones */
export function parseSidecarConfig(
  env: Readonly<Record<string, string | undefined>>,
  fileText: string,
  machine: Machine,
  neighbourIn: (dataFolder: string) => Neighbour,
): SidecarConfig {
  const { set, problems } = parseSettings(env, fileText);
  const dataFolder = dataFolderOf(set, machine);
  const neighbour = neighbourIn(dataFolder);
  const sidecarSecret = set.SIDECAR_SECRET ?? neighbour.sidecarSecret;
  const socket = neighbour.redisSocket;
  const redisUrl = set.REDIS_URL ?? (socket && sidecarSecret ? sidecarRedisUrl(socket, sidecarSecret) : socket);
  if (!redisUrl) {
    problems.push('REDIS_URL is not set, and no server with an embedded Redis runs on EVERROOM_DATA: set it');
  }
  if (!sidecarSecret) {
    problems.push(
      'SIDECAR_SECRET is not set: copy it from the server (sidecarSecret in secrets.json of its data folder)',
    );
  }
  if (problems.length > 0 || !redisUrl || !sidecarSecret) throw new ConfigError(problems);
  return {
    name: set.NODE_NAME ?? machine.name,
    redisUrl: new Secret(redisUrl),
    sidecarSecret: new Secret(sidecarSecret),
    nodeCertFile: set.TLS_CERT ? pathOf(set.TLS_CERT, machine) : null,
    // Somebody who starts a sidecar wants one, so `off` has no meaning here.
    engine: set.REENCODER === 'off' ? 'auto' : set.REENCODER,
    maxTracks: set.REENCODER_TRACKS ?? null,
    secretPaths: [
      ...[dataFolder, settingsPath(env.EVERROOM_CONFIG), ...(socket ? [dirname(socket)] : [])],
      ...[set.TLS_KEY, set.FILES_FOLDER].flatMap((path) => (path ? pathOf(path, machine) : [])),
    ],
    addressFor: (nodeUrl) => addressFor(nodeUrl, set.REENCODER_ADDRESS, machine),
    log: { level: set.LOG_LEVEL },
  };
}

async function addressFor(nodeUrl: string, address: string | undefined, machine: Machine): Promise<string> {
  if (address) return address;
  const nodeAddresses = await addressesOf(new URL(nodeUrl).hostname.replace(/^\[|\]$/g, ''));
  if (nodeAddresses.some((own) => isLoopback(own) || machine.addresses.includes(own))) return '127.0.0.1';
  if (machine.networkAddress) return machine.networkAddress;
  throw new Error(`This machine has no address that the node at ${nodeUrl} could reach: set REENCODER_ADDRESS`);
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host)) return [host];
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/**
 * Reads the environment and the settings file as a server does. Where no secret or Redis is set, uses those of a server
 * that runs on the same data folder.
 * @throws ConfigError when a setting is bad; it names all bad ones
 */
export function loadSidecarConfig(env: Readonly<Record<string, string | undefined>> = process.env): SidecarConfig {
  return parseSidecarConfig(env, settingsFile(env.EVERROOM_CONFIG), thisMachine(), (dataFolder) => {
    const socket = privateSocket(dataFolder, 'redis');
    return {
      sidecarSecret: keptSecretsIn(dataFolder)?.sidecarSecret,
      redisSocket: existsSync(socket) ? socket : undefined,
    };
  });
}
