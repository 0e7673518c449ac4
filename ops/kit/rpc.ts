import { type BirpcReturn, createBirpc } from 'birpc';

/** The parent process as its child sees it, or the child as its parent sees it. */
interface Channel {
  send?(message: unknown): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

export interface Rpc<Remote extends object> {
  /**
   * The functions of the other side. A call rejects with the error of its function, if the other side is silent for a
   * minute, and after `end`.
   */
  readonly remote: BirpcReturn<Remote, object>;
  /** The other side is gone: pending and later calls reject with this reason. */
  end(reason: string): void;
}

/** `e` holds an error. JSON would turn it into `{}`, so its text is sent. */
interface Message {
  readonly e?: unknown;
}

/** Opens calls in both directions between a process and its child, over Node's IPC channel, as JSON. */
export function openRpc<Remote extends object>(channel: Channel, functions: object = {}): Rpc<Remote> {
  let ended: Error | undefined;
  const remote = createBirpc<Remote, object>(functions, {
    bind: 'functions',
    post: (message) => channel.send?.(message),
    on: (receive) => channel.on('message', receive),
    serialize: (message: Message) => (message.e === undefined ? message : { ...message, e: textOf(message.e) }),
    deserialize: (message: Message) =>
      message.e === undefined ? message : { ...message, e: new Error(`${message.e}`) },
    onRequest: async (request, next) => {
      if (ended) throw ended;
      await next(request);
    },
  });
  return {
    remote,
    end(reason) {
      const error = new Error(reason);
      ended = error;
      remote.$rejectPendingCalls(({ reject }) => reject(error));
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
