import { connect } from 'node:net';

/**
 * Sends one command to a Redis on a unix socket and returns the first line of its reply (`+PONG`, `-LOADING …`).
 * Returns undefined if nobody listens, the connection closes without a reply (SHUTDOWN), or none comes within
 * `timeoutMs`.
 */
export function askRedis(
  socketPath: string,
  command: 'PING' | 'SHUTDOWN',
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let reply = '';
    const finish = (answer: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    socket.on('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString();
      const end = reply.indexOf('\r\n');
      if (end >= 0) finish(reply.slice(0, end));
    });
    socket.on('error', () => finish(undefined));
    socket.on('close', () => finish(undefined));
  });
}
