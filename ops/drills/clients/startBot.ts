import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ParticipantId } from '../../../core/room/state.ts';
import type { ClientCommands, ClientStarter, DrillClient } from './DrillClient.ts';
import type { Call, Reply } from './rpc.ts';
import type { TestMedia } from './testMedia.ts';

const SCRIPT = fileURLToPath(new URL('./bot/main.ts', import.meta.url));
const CALL_LIMIT_MS = 60_000;

/** Bots run on libwebrtc, each in a process of its own: several in one process starve each other. */
export const bots: ClientStarter = {
  start: (participantId, media) => startBot(participantId, media),
  close: () => Promise.resolve(),
};

async function startBot(participantId: ParticipantId, media: TestMedia): Promise<DrillClient> {
  const child = fork(SCRIPT, [JSON.stringify(media)], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const calls = new Calls(child);
  const call =
    <M extends keyof ClientCommands>(method: M) =>
    (...args: Parameters<ClientCommands[M]>) =>
      // The other end implements `ClientCommands`; JSON carries the types across.
      calls.call(method, args) as ReturnType<ClientCommands[M]>;
  return {
    participantId,
    kind: 'bot',
    join: call('join'),
    status: call('status'),
    takeFrames: call('takeFrames'),
    setMicrophoneMuted: call('setMicrophoneMuted'),
    startTraffic: call('startTraffic'),
    stopTraffic: call('stopTraffic'),
    roomView: call('roomView'),
    leave: call('leave'),
    reloads: () => calls.ending,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      calls.expectEnd();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Calls under way in one bot, and how it ended if it did. */
class Calls {
  readonly ending: string[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;
  #said = '';
  #endExpected = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(new Error(reply.error));
      else waiting?.resolve(reply.result);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-4_000);
    });
    child.on('exit', (code, signal) => this.#ended(`the bot ended by itself (${signal ?? code}): ${this.#said}`));
    child.on('error', (error) => this.#ended(error.message));
  }

  expectEnd(): void {
    this.#endExpected = true;
  }

  call(method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.ending.length > 0) return Promise.reject(new Error(this.ending[0]));
    this.#lastId += 1;
    const call: Call = { id: this.#lastId, method, args };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(call.id);
        reject(new Error(`the bot did not answer ${method} for ${CALL_LIMIT_MS} ms: ${this.#said}`));
      }, CALL_LIMIT_MS);
      this.#waiting.set(call.id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#child.send(call);
    });
  }

  #ended(how: string): void {
    if (!this.#endExpected) this.ending.push(how);
    for (const { reject } of this.#waiting.values()) reject(new Error(how));
    this.#waiting.clear();
  }
}
