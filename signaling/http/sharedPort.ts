import { createServer, type ListenOptions, type Server } from 'node:net';

/**
 * How a server listens. Two servers of one deployment may share a port for a moment: the one that takes over listens
 * before the other has closed.
 */
export interface Listening {
  /** Another server of this deployment may still listen there: the port is shared with it. */
  readonly besideAnother: boolean;
}

export const ALONE: Listening = { besideAnother: false };

/**
 * Passes if nobody listens there. A shared port can be bound by every program of the same user, so only this shows that
 * another program has it.
 * @throws Error of the system, `code` EADDRINUSE
 */
export async function assertFree(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await listen(probe, { host, port });
  await new Promise((resolve) => probe.close(resolve));
}

/**
 * Listens on a port that another server may share later (SO_REUSEPORT), or on an exclusive one where the system or this
 * Node knows no shared ones; returns the bound port.
 * @throws Error of the system, `code` EADDRINUSE when another program, or another server if not `besideAnother`, has it
 */
export async function listenShared(
  server: Server,
  host: string,
  port: number,
  { besideAnother }: Listening,
): Promise<number> {
  if (!besideAnother) await assertFree(host, port);
  try {
    return await listen(server, { host, port, reusePort: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTSUP')) throw error;
    return await listen(server, { host, port });
  }
}

function listen(server: Server, options: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : (options.port ?? 0));
    });
  });
}
