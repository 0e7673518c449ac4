import type { Drained } from './describeDrain.ts';
import type { FromServer, ToServer } from './messages.ts';

/** What a server asks of its supervisor. */
export interface Supervisor {
  /** Clients of this server want to stand by on this machine. Asking again changes nothing. */
  wantSecondPlace(): void;
}

/** The life of a server process in three steps, each called at most once and in this order. */
export interface SupervisedServer {
  /** Called at most once, before `activate`: lets clients of the active server stand by here. Never rejects. */
  standBy?(): Promise<void>;
  /**
   * Binds the ports and serves; returns the address to open. Another server of the supervisor may still hold ports if
   * `besideAnother`. The supervisor hears of its errors, then the process ends.
   */
  activate(besideAnother: boolean): Promise<{ url: string }>;
  /** Called at most once, before `activate`: makes its first moments as the active one faster. Never rejects. */
  rehearse?(): Promise<void>;
  /** Whether others serve until this one does, so that it is not missed. */
  isRelieved?(): Promise<boolean>;
  /** How long `drain` may take if nobody says otherwise. */
  readonly drainMs: number;
  /**
   * Sends clients to other nodes while everything still works; a `successor` on the same ports takes new ones. Not
   * called if the server was never activated.
   */
  drain(limitMs: number, successor: boolean): Promise<Drained>;
  /** Closes everything; the process ends when it is done. */
  close(): Promise<void>;
}

/** A server that is needed at once has been told so by then. */
const REHEARSE_AFTER_MS = 250;

/**
 * Runs a server under the supervisor's orders: `create` loads everything that is possible before the ports are bound.
 * Without a supervisor (no IPC channel) the server is activated at once and the address is printed. A signal to end
 * drains first, a second one does not wait for that. The process ends itself at once when its supervisor is gone: two
 * servers must never fight over the ports.
 */
export async function runSupervised(create: (supervisor: Supervisor) => Promise<SupervisedServer>): Promise<void> {
  const supervised = process.send !== undefined;
  let server: SupervisedServer | undefined;
  let activated = false;
  let rehearsal: Promise<void> | undefined;
  let rehearsed = false;
  let draining: Promise<Drained> | undefined;
  let closing = false;
  let standingBy = false;
  let wantsPlace = false;

  const supervisor: Supervisor = {
    wantSecondPlace() {
      if (!wantsPlace) void tell({ type: 'wants-second-place' });
      wantsPlace = true;
    },
  };
  const fail = async (error: unknown): Promise<void> => {
    const message = error instanceof Error ? error.message : String(error);
    if (supervised) await tell({ type: 'failed', code: codeOf(error), message });
    else process.stderr.write(`${message}\n`);
    process.exit(1);
  };
  const rehearse = async (): Promise<void> => {
    rehearsal ??= server?.rehearse?.();
    await rehearsal;
    rehearsed = true;
  };
  const activate = async (besideAnother: boolean, relieves: boolean): Promise<void> => {
    if (!server || activated) return;
    activated = true;
    // Whoever takes over from a dead server is in a hurry; a new one beside others is not.
    if (!rehearsed && (relieves || (!besideAnother && (await server.isRelieved?.())))) await rehearse();
    const { url } = await server.activate(besideAnother);
    if (supervised) await tell({ type: 'ready', url });
    else process.stdout.write(`Everroom is ready at ${url}\n`);
  };
  const drain = async (limitMs: number, successor: boolean): Promise<void> => {
    if (activated) draining ??= server?.drain(limitMs, successor);
    const outcome = await draining;
    await tell({ type: 'drained', ...(outcome && { outcome }) });
  };
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await server?.close();
    process.exit(0);
  };

  const end = async (): Promise<void> => {
    if (server && !draining) await drain(server.drainMs, false);
    await close();
  };
  process.on('SIGTERM', () => void end().catch(fail));
  if (!supervised) process.on('SIGINT', () => void end().catch(fail));
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message: ToServer) => {
    if (message.type === 'ping') void tell({ type: 'pong' });
    if (message.type === 'activate') void activate(message.besideAnother, message.relieves === true).catch(fail);
    if (message.type === 'stand-by' && !standingBy && !activated && !closing) {
      standingBy = true;
      void server?.standBy?.();
    }
    if (message.type === 'drain') void drain(message.limitMs, message.successor).catch(fail);
  });

  try {
    server = await create(supervisor);
    if (supervised) {
      await tell({ type: 'standing-by' });
      setTimeout(() => {
        if (!activated && !closing) void rehearse();
      }, REHEARSE_AFTER_MS);
    } else await activate(false, false);
  } catch (error) {
    await fail(error);
  }
}

/**
 * Resolves when the message has left this process or cannot leave it: if the supervisor is gone, 'disconnect' ends us.
 */
function tell(message: FromServer): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'ConfigError') return 'CONFIG';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'FAILED';
}
