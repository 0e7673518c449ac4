import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sidecarEnvironment } from './childEnvironment.ts';
import { type Config, loadConfig } from './config.ts';
import { EmbeddedRedis, RedisFailure } from './embeddedRedis.ts';
import { type LanStart, startOnLan } from './lan/startOnLan.ts';
import { loosePermissions } from './loosePermissions.ts';
import { ROOT, thisMachine } from './machine.ts';
import { describeMediaAddresses } from './mediaAddresses.ts';
import { becomeOwnUser } from './ownUser.ts';
import { privateSocket, UnsafeSocketFolder } from './privateSocket.ts';
import { BUNDLED, programOf } from './programs.ts';
import { ConfigError, isSet, settingsPath } from './settings/settings.ts';
import {
  askSupervisor,
  ControlFailure,
  type ControlRequest,
  openControl,
  type UpgradeRequest,
} from './supervision/control.ts';
import { describeDrain } from './supervision/describeDrain.ts';
import { FolderInUse, lockFolder } from './supervision/folderLock.ts';
import { endLeftOverServers } from './supervision/leftOverServers.ts';
import { ServerPair } from './supervision/ServerPair.ts';
import type { ServerFailure } from './supervision/ServerProcess.ts';
import { ServiceManager } from './supervision/ServiceManager.ts';
import { SidecarKeeper } from './supervision/SidecarKeeper.ts';
import { upgradeRequest } from './supervision/upgradeRequest.ts';

/** How long a process may load, or bind its ports, without a sign of work. */
const START_LIMIT_MS = 60_000;
/** How long a server of a new version may take until it serves. */
const NEXT_START_MS = 300_000;
/** How long servers may take to close once their people are gone. */
const SHUTDOWN_MS = 4000;
const STANDBY_DELAY_MS = 2000;
const RENEW_EVERY_MS = 6 * 3_600_000;
/** The queue gives a hanging sidecar's tracks to another one long before. */
const SIDECAR_UNRESPONSIVE_MS = 10_000;
/** A sidecar without tracks for this long needs no other one that stands by. */
const SIDECAR_IDLE_MS = 60_000;

const ON_LAN = `
  Phones and computers on the same network open this address too. Their browser warns once, since this server
  made its certificate itself: choose "Advanced", then "Proceed". After that camera and microphone work there.

`;

// The servers survive the loss of the terminal or log pipe.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
await main();

/**
 * Owns the embedded Redis, the server processes and the sidecar. `DATA/run/supervisor.json` names the processes for
 * tools that kill them: `{ pid, serverPid, standbyPid, sidecarPid, sidecarStandbyPid, redisPid, url }`, null for one
 * that does not run at the moment.
 */
async function main(): Promise<void> {
  const lan = orExit(lanStart);
  const ownEnv = (): NodeJS.ProcessEnv => ({ ...process.env, ...lan?.env });
  const config = orExit(() => loadConfig(ownEnv()));
  if (lan) setInterval(() => renewOnLan(lan), RENEW_EVERY_MS);
  const runFolder = join(config.node.dataFolder, 'run');
  for (const problem of loosePermissions(settingsPath(ownEnv().EVERROOM_CONFIG), config.node.dataFolder)) log(problem);
  const unlock = await lockOrHandOver(config);
  orExit(() => mkdirSync(runFolder, { recursive: true, mode: 0o700 }));
  const stateFile = join(runFolder, 'supervisor.json');
  await endLeftOverServers(stateFile);
  orExit(() => becomeOwnUser({ named: config.node.user, ...whatServersNeed(config), log }));
  const redis = await startRedis(config).catch((error: unknown) => {
    unlock();
    return exit(error);
  });

  const serviceManager = new ServiceManager({ env: process.env, log });
  let announced = false;
  let url: string | null = null;
  let stopping: Promise<void> | undefined;

  const writeState = (): void => {
    if (stopping) return;
    const state = {
      pid: process.pid,
      serverPid: pair.active?.pid ?? null,
      standbyPid: pair.standby?.pid ?? null,
      sidecarPid: sidecar?.pid ?? null,
      sidecarStandbyPid: sidecar?.standbyPid ?? null,
      redisPid: redis?.pid ?? null,
      url,
    };
    try {
      writeFileSync(`${stateFile}.new`, `${JSON.stringify(state)}\n`);
      renameSync(`${stateFile}.new`, stateFile);
    } catch (error) {
      // A full disk must not end the servers.
      log(`${stateFile} cannot be written: ${error instanceof Error ? error.message : error}`);
    }
  };
  const configFile = settingsPath(ownEnv().EVERROOM_CONFIG);
  const env = {
    ...ownEnv(),
    // Servers of another checkout have the same data and settings.
    EVERROOM_DATA: config.node.dataFolder,
    ...(existsSync(configFile) ? { EVERROOM_CONFIG: configFile } : {}),
    ...(redis ? { REDIS_URL: redis.socketPath } : {}),
  };
  let checkout = ROOT;
  /** Operators who drain or upgrade. */
  const listeners = new Set<(line: string) => void>();
  const pair = new ServerPair({
    program: { script: programOf(checkout, 'server') },
    env: { ...env, EVERROOM_STANDBY: '1' },
    silence: { servingMs: config.supervisor.unresponsiveMs, startingMs: START_LIMIT_MS },
    standbyDelayMs: STANDBY_DELAY_MS,
    log,
    onReady: (readyUrl) => {
      url = readyUrl;
      if (announced) log('a server is ready again');
      else announce(readyUrl, config, lan !== undefined);
      if (!announced) {
        serviceManager.ready(`serves at ${readyUrl}`);
        sidecar?.start(); // The meeting comes first.
      }
      announced = true;
    },
    onChange: writeState,
    onDrained: (outcome) => {
      const said = describeDrain(outcome);
      if (said === null) return;
      log(said);
      for (const say of listeners) say(said);
    },
    onHopeless: (failure) => {
      process.stderr.write(`\n${explain(failure, config)}\n`);
      void stop(1);
    },
  });

  const sidecarOf = (from: string, node: string, bundled = BUNDLED): SidecarKeeper | undefined =>
    config.reencoding.sidecar === 'off'
      ? undefined
      : new SidecarKeeper({
          script: programOf(from, 'reencoder', bundled),
          node,
          env: { ...sidecarEnvironment(env), REDIS_URL: redis?.sidecarUrl ?? env.REDIS_URL },
          silence: { servingMs: SIDECAR_UNRESPONSIVE_MS, startingMs: START_LIMIT_MS },
          standbyDelayMs: STANDBY_DELAY_MS,
          idleMs: SIDECAR_IDLE_MS,
          log,
          onChange: writeState,
        });
  let sidecar = sidecarOf(ROOT, process.execPath);

  async function end(code: number, drainMs: number): Promise<void> {
    serviceManager.stopping();
    await pair.stop(drainMs, SHUTDOWN_MS);
    await sidecar?.stop(SHUTDOWN_MS);
    await redis?.stop();
    rmSync(stateFile, { force: true });
    closeControl();
    unlock();
    process.exit(code);
  }
  function stop(code: number, drainMs = config.supervisor.drainMs): Promise<void> {
    stopping ??= end(code, drainMs);
    return stopping;
  }
  async function upgrade(
    { checkout: to, node, bundled = false }: UpgradeRequest,
    say: (line: string) => void,
  ): Promise<string> {
    if (stopping) throw new Error('Everroom is about to end.');
    say(`servers of ${to} start beside the present ones`);
    await pair.handOver(
      { script: programOf(to, 'server', bundled), node },
      {
        startMs: NEXT_START_MS,
        drainMs: config.supervisor.drainMs,
        closeMs: SHUTDOWN_MS,
        served: (readyUrl) => {
          url = readyUrl;
          checkout = to;
          say('the new server serves, and people go over to it');
          log(`a server of ${to} has taken over`);
        },
      },
    );
    const before = sidecar;
    sidecar = sidecarOf(to, node, bundled);
    sidecar?.start();
    await before?.stop(SHUTDOWN_MS);
    return `Everroom runs from ${to} by now.`;
  }
  async function answer(request: ControlRequest, say: (line: string) => void): Promise<string> {
    switch (request.type) {
      case 'drain':
        say('people go over to other nodes');
        await stop(0, request.limitMs);
        return 'Everroom has ended.';
      case 'upgrade':
        if (request.ifOther && request.checkout === checkout) throw new Error('It runs from this checkout already.');
        return upgrade(request, say);
    }
  }
  const closeControl = openControl(
    orExit(() => privateSocket(config.node.dataFolder, 'control')),
    async (request, say) => {
      listeners.add(say);
      try {
        return await answer(request, say);
      } finally {
        listeners.delete(say);
      }
    },
    (error) => log(`\`everroom drain\` and \`everroom upgrade\` do not work: ${error.message}`),
  );
  const onSignal = (): void => {
    if (stopping) {
      // A second signal ends everything without goodbyes.
      pair.killAll();
      sidecar?.kill();
    } else
      process.stdout.write(
        'Everroom ends once nobody is left who can go to another node. Ctrl-C again ends it at once.\n',
      );
    void stop(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // Whoever started it with others (`--join`) is gone: nobody would end it.
  process.on('disconnect', () => void stop(0));

  redis?.onRestart(writeState);
  pair.start();
}

/**
 * Returns a function that gives the data folder up. If an Everroom of another checkout runs with it, that one hands its
 * meetings over to servers of this checkout, and this process ends.
 */
async function lockOrHandOver(config: Config): Promise<() => void> {
  const { dataFolder } = config.node;
  try {
    return lockFolder(dataFolder);
  } catch (error) {
    if (!(error instanceof FolderInUse)) return exit(error);
    const request = upgradeRequest(true);
    const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
    const told = await askSupervisor(privateSocket(dataFolder, 'control'), request, say).catch((why: unknown) => {
      const reason = why instanceof ControlFailure ? ` ${why.message}` : '';
      process.stderr.write(`\n${error.message}${reason}\n`);
      process.exit(1);
    });
    process.stdout.write(`\n  ${told ?? 'Everroom has ended.'}\n\n`);
    process.exit(0);
  }
}

/** Returns what the user must be able to do whom the servers run as. What is in the data folder becomes that user's. */
function whatServersNeed({ http, node }: Config): { dataFolder: string; port: number; read: string[] } {
  const { dataFolder } = node;
  const named = [settingsPath(process.env.EVERROOM_CONFIG), http.tls?.certFile, http.tls?.keyFile];
  const files = named.filter((path) => path !== undefined && existsSync(path) && !path.startsWith(dataFolder));
  const checkout = ['package.json', 'node_modules/mediasoup/package.json'].map((path) => join(ROOT, path));
  const read = [programOf(ROOT, 'server'), ...checkout, ...files.flatMap((path) => path ?? [])];
  return { dataFolder, port: http.port, read };
}

function announce(url: string, config: Config, onLan: boolean): void {
  const { told, warnings } = describeMediaAddresses(config);
  process.stdout.write(`\n  Everroom is ready. Open ${url}\n${onLan ? ON_LAN : ''}  ${told}\n  Ctrl-C ends it.\n\n`);
  for (const warning of warnings) log(warning);
}

/** @throws ConfigError when the arguments are wrong, or when --lan is not possible here */
function lanStart(): LanStart | undefined {
  const [argument, ...others] = process.argv.slice(2);
  if (argument === undefined) return undefined;
  if (argument !== '--lan' || others.length > 0) {
    throw new ConfigError([`${process.argv.slice(2).join(' ')} means nothing: the options are --lan, and --join`]);
  }
  return startOnLan(loadConfig(), thisMachine(), isSet);
}

function renewOnLan(lan: LanStart): void {
  try {
    lan.renew();
  } catch (error) {
    log(`the certificate cannot be renewed: ${error instanceof Error ? error.message : error}`);
  }
}

async function startRedis({ redis, node, reencoding }: Config): Promise<EmbeddedRedis | undefined> {
  if (redis.url) return undefined;
  // The settings forbid `replica` without an external Redis.
  const durability = redis.durability.mode === 'async' ? 'async' : 'fsync';
  const sidecarSecret = reencoding.sidecarSecret.reveal();
  return EmbeddedRedis.start({ dataFolder: node.dataFolder, durability, memoryMb: redis.memoryMb, sidecarSecret, log });
}

function explain({ code, message }: ServerFailure, { http }: Config): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${http.port} is taken by another program. Stop that one, or choose another port with PORT.`;
    case 'EACCES':
      return `Port ${http.port} may not be opened by this user. Choose one above 1023 with PORT.`;
    case 'EADDRNOTAVAIL':
      return `HOST ${http.host} is no address of this machine.`;
    default:
      return message;
  }
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} supervisor: ${line}\n`);
}

function orExit<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return exit(error);
  }
}

/** Errors that explain themselves appear without a stack. */
function exit(error: unknown): never {
  const plain =
    error instanceof ConfigError ||
    error instanceof FolderInUse ||
    error instanceof RedisFailure ||
    error instanceof UnsafeSocketFolder;
  if (plain || isFileError(error)) process.stderr.write(`\n${error.message}\n`);
  else process.stderr.write(`\n${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && 'code' in error && ['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes(String(error.code))
  );
}
