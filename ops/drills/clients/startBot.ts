import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ParticipantId } from '../../../core/room/state.ts';
import type { ClientCommands, DrillClient } from './DrillClient.ts';
import { Rpc } from './rpc.ts';
import type { TestMedia } from './testMedia.ts';

const SCRIPT = fileURLToPath(new URL('./bot/main.ts', import.meta.url));

/** A bot runs on libwebrtc, in a process of its own: several in one process starve each other. */
export function startBot(participantId: ParticipantId, media: TestMedia): DrillClient {
  const child = fork(SCRIPT, [JSON.stringify(media)], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const rpc = new Rpc(child);
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
  const call =
    <M extends keyof ClientCommands>(method: M) =>
    (...args: Parameters<ClientCommands[M]>) =>
      // The bot implements `ClientCommands`, all of which JSON can carry.
      rpc.call(method, ...args) as ReturnType<ClientCommands[M]>;
  return {
    participantId,
    kind: 'bot',
    join: call('join'),
    status: call('status'),
    takeFrames: call('takeFrames'),
    setMicrophoneMuted: call('setMicrophoneMuted'),
    reencodeRoom: call('reencodeRoom'),
    startTraffic: call('startTraffic'),
    stopTraffic: call('stopTraffic'),
    roomView: call('roomView'),
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
