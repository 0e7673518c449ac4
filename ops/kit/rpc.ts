/**
 * Calls between a process and its child, in both directions, over Node's IPC channel. Arguments and results are JSON; the
 * types are agreed on by both sides, which are one program.
 */

type Message =
  | { readonly call: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly reply: number; readonly result?: unknown }
  | { readonly reply: number; readonly error: string };

interface Channel {
  send?(message: Message): unknown;
  on(event: 'message', listener: (message: Message) => void): unknown;
}

const CALL_LIMIT_MS = 60_000;

export class Rpc {
  readonly #channel: Channel;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #calls = 0;
  #ended: Error | undefined;

  constructor(channel: Channel, functions: object = {}) {
    this.#channel = channel;
    channel.on('message', (message) => {
      if ('method' in message) void this.#answer(message, functions);
      else this.#settle(message);
    });
  }

  /** The other side's function of that name. Rejects with what it threw, when it is silent for a minute, and after `end`. */
  call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(call);
        reject(new Error(`${method} was not answered for ${CALL_LIMIT_MS} ms`));
      }, CALL_LIMIT_MS);
      this.#waiting.set(call, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#channel.send?.({ call, method, args });
    });
  }

  /** The other side is gone: whoever waits for it waits in vain. */
  end(reason: string): void {
    this.#ended = new Error(reason);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #settle(message: Exclude<Message, { method: string }>): void {
    const waiting = this.#waiting.get(message.reply);
    this.#waiting.delete(message.reply);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.result);
  }

  async #answer({ call, method, args }: Extract<Message, { method: string }>, functions: object): Promise<void> {
    try {
      const called: unknown = Reflect.get(functions, method);
      if (typeof called !== 'function') throw new Error(`there is no ${method}`);
      this.#channel.send?.({ reply: call, result: await called.apply(functions, [...args]) });
    } catch (error) {
      this.#channel.send?.({
        reply: call,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
}
