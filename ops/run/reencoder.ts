import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Clock } from '../../core/ports.ts';
import { createReencodingWork } from '../../recovery/reencoding/createReencodingWork.ts';
import { Sidecar } from '../../reencoder/sidecar/Sidecar.ts';
import { forgetSettings } from './childEnvironment.ts';
import { loadSidecarConfig } from './sidecarConfig.ts';
import type { FromSidecar, ToSidecar } from './supervision/messages.ts';

// The tracks survive the loss of the terminal or log pipe.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** A sidecar that nobody needs for so long stands by for another one. */
const STANDS_BY_AFTER_MS = 1_000;

const clock: Clock = {
  now: () => Date.now(),
  setTimer(afterMs, run) {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};

await main().catch((error: unknown) => {
  // Errors that a person can repair need no stack.
  const isPlain = error instanceof Error && ['ConfigError', 'Unavailable'].includes(error.name);
  const text = error instanceof Error && !isPlain ? error.stack : error instanceof Error ? error.message : error;
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
});

/**
 * The composition root of a sidecar. The first signal to end makes it hand its tracks over; a second one ends it at
 * once. Beside a server it also ends when its supervisor is gone. With EVERROOM_STANDBY it takes jobs only once its
 * supervisor says so.
 */
async function main(): Promise<void> {
  const standsBy = process.env.EVERROOM_STANDBY !== undefined && process.connected;
  const config = loadSidecarConfig();
  forgetSettings();
  const sidecarId = `${config.name}-${randomUUID()}`;
  const logger = pino({ level: config.log.level, base: { sidecarId } });
  const toServe = answerSupervisor();

  const { work, directory, close } = await createReencodingWork({
    redis: { url: config.redisUrl.reveal() },
    sidecarId,
    clock,
    logger,
  });
  const sidecar = await Sidecar.load({
    sidecarId,
    name: config.name,
    work,
    directory,
    secret: config.sidecarSecret.reveal(),
    engine: config.engine,
    maxTracks: config.maxTracks,
    nodeCertFile: config.nodeCertFile,
    secretPaths: config.secretPaths,
    addressFor: (nodeUrl) => config.addressFor(nodeUrl),
    onWorking: (on) => tell({ type: 'working', on }),
    clock,
    logger,
  });

  let isEnding = false;
  const end = async (): Promise<void> => {
    logger.info({}, 'sidecar ends');
    await sidecar.drain();
    await sidecar.close();
    await close();
  };
  const onSignal = (): void => {
    if (isEnding) process.exit(1);
    isEnding = true;
    end().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, 'sidecar did not end in order');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
  if (standsBy) {
    tell({ type: 'standing-by' });
    // The first one is told to serve at once.
    const cancel = clock.setTimer(STANDS_BY_AFTER_MS, () => sidecar.standBy());
    await toServe;
    cancel();
  }
  await sidecar.serve();
  tell({ type: 'ready' });
}

/** Resolves when the supervisor wants this sidecar to serve. */
function answerSupervisor(): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  return new Promise((resolve) => {
    process.on('message', (message: ToSidecar) => {
      if (message.type === 'ping') tell({ type: 'pong' });
      else resolve();
    });
  });
}

/** Without a supervisor nobody gets the message. If the supervisor is gone, 'disconnect' ends this process. */
function tell(message: FromSidecar): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
