import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ParticipantId } from '../../../core/room/state.ts';
import { openRpc } from '../rpc.ts';
import type { TestMedia } from '../testMedia.ts';
import { type ClientHost, type ProbeName, toDrillClient } from './ClientHost.ts';
import type { DrillClient } from './DrillClient.ts';

const SCRIPT = fileURLToPath(new URL('./bot/main.ts', import.meta.url));

/** A participant of an Everroom on libwebrtc. */
export function startBot(participantId: ParticipantId, media: TestMedia): DrillClient {
  return toDrillClient(hostBot(participantId, media, 'drill'));
}

/** Starts a bot on libwebrtc in its own process: several bots in one process starve each other. */
export function hostBot(participantId: ParticipantId, media: TestMedia, probe: ProbeName): ClientHost {
  const child = fork(SCRIPT, [JSON.stringify(media), probe], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const rpc = openRpc<Record<string, (...args: unknown[]) => unknown>>(child);
  const endings: string[] = [];
  let said = '';
  let closing = false;
  const ended = (how: string): void => {
    if (!closing) endings.push(`${participantId} ended by itself (${how}): ${said}`);
    rpc.end(`${participantId} has ended (${how})`);
  };
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  child.on('exit', (code, signal) => ended(signal ?? `exit ${code}`));
  child.on('error', (error) => ended(error.message));
  return {
    participantId,
    kind: 'bot',
    call: (method, args) => rpc.remote.$call(method, ...args),
    reloads: () => endings,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      closing = true;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
