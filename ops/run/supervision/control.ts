import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { readLines } from '../readLines.ts';

/** What an operator asks of a running supervisor. */
const controlRequest = z.discriminatedUnion('type', [
  /** Send everybody to other nodes within this time, and end. */
  z.object({ type: z.literal('drain'), limitMs: z.number().int().positive().optional() }),
  /**
   * Hand over to servers of this checkout, run by this Node. `ifOther`: refuse when the servers are of that checkout
   * already. `bundled`: its programs are bundled; older checkouts know no bundles.
   */
  z.object({
    type: z.literal('upgrade'),
    checkout: z.string(),
    node: z.string(),
    bundled: z.boolean().optional(),
    ifOther: z.boolean(),
  }),
]);
export type ControlRequest = z.infer<typeof controlRequest>;
export type UpgradeRequest = Extract<ControlRequest, { type: 'upgrade' }>;

/** Each answer is a line of JSON. The last one says how it ended; a drain ends with the connection. */
const controlAnswer = z.union([
  z.object({ say: z.string() }),
  z.object({ done: z.string() }),
  z.object({ failed: z.string() }),
]);
type ControlAnswer = z.infer<typeof controlAnswer>;

/** The supervisor refuses, or could not do what it was asked. */
export class ControlFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ControlFailure';
  }
}

/**
 * Takes requests at a unix socket that only this user and root can open. `handle` resolves with a sentence about what
 * was done, or throws an error whose message says why not. Returns a function that closes the socket.
 */
export function openControl(
  path: string,
  handle: (request: ControlRequest, say: (line: string) => void) => Promise<string>,
  failed: (error: Error) => void,
): () => void {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let asked = false;
    readLines(socket, (line) => {
      if (!asked) void answer(socket, line, handle);
      asked = true;
    });
  });
  server.on('error', failed);
  server.listen(path, () => chmodSync(path, 0o600));
  return () => {
    server.close();
    rmSync(path, { force: true });
  };
}

async function answer(socket: Socket, line: string, handle: Parameters<typeof openControl>[1]): Promise<void> {
  const write = (value: ControlAnswer): void => void (socket.writable && socket.write(`${JSON.stringify(value)}\n`));
  try {
    write({ done: await handle(controlRequest.parse(JSON.parse(line)), (say) => write({ say })) });
  } catch (error) {
    write({ failed: error instanceof Error ? error.message : String(error) });
  }
  socket.end();
}

/**
 * Asks the supervisor whose socket this is; `say` gets what it tells meanwhile. Returns its last sentence, or null if
 * it ended without one.
 * @throws ControlFailure when nobody listens, or the supervisor says why not
 */
export async function askSupervisor(
  path: string,
  request: ControlRequest,
  say: (line: string) => void,
): Promise<string | null> {
  const socket = connect(path);
  socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
  const broken = new Promise<never>((_, reject) => {
    socket.on('error', () =>
      reject(new ControlFailure('No Everroom runs with this data folder, or it is an older one.')),
    );
  });
  const heard = (async () => {
    for await (const line of createInterface(socket)) {
      const answered = controlAnswer.parse(JSON.parse(line));
      if ('failed' in answered) throw new ControlFailure(answered.failed);
      if ('done' in answered) return answered.done;
      say(answered.say);
    }
    return null;
  })();
  try {
    return await Promise.race([heard, broken]);
  } finally {
    heard.catch(() => undefined);
    socket.destroy();
  }
}
