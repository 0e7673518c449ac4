type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What programs and libraries read of an environment: paths, language, time zone, certificates, diagnosis. Settings of
 * the server, and so its secrets, are not among them.
 */
const PASSED_ON = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'XDG_RUNTIME_DIR',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_ENV',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'NODE_COMPILE_CACHE',
  'UV_THREADPOOL_SIZE',
  'DEBUG',
  'NO_COLOR',
  'FORCE_COLOR',
]);
const PASSED_ON_GROUPS = /^(LC_|MEDIASOUP_|MALLOC_)/;

/** What a reencoder reads of the settings. */
const SIDECAR_SETTINGS = [
  'EVERROOM_CONFIG',
  'EVERROOM_DATA',
  'NODE_NAME',
  'REENCODER',
  'REENCODER_TRACKS',
  'REENCODER_ADDRESS',
  'SIDECAR_SECRET',
  'TLS_CERT',
  'LOG_LEVEL',
];

/** Returns the environment for a process that needs no setting: Redis, a media worker, a track process. */
export function childEnvironment(env: Environment): Record<string, string> {
  return only(env, isPassedOn);
}

/** Returns the environment for a reencoder: no secret but the one that it shares with nodes. */
export function sidecarEnvironment(env: Environment): Record<string, string> {
  return only(env, (name) => isPassedOn(name) || SIDECAR_SETTINGS.includes(name));
}

/**
 * Takes everything else out of this process' environment, which libraries pass on to the processes that they start.
 * Call it when the settings are read.
 */
export function forgetSettings(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(env)) if (!isPassedOn(name)) delete env[name];
}

function isPassedOn(name: string): boolean {
  return PASSED_ON.has(name) || PASSED_ON_GROUPS.test(name);
}

function only(env: Environment, wanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && wanted(name) ? [[name, value]] : [])),
  );
}
