import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readLines } from '../readLines.ts';
import { numberedRequest, type OperatorAnswers, type OperatorRequest } from './requests.ts';

/** Answers one request, or throws an error whose message says why not. */
export type AnswerOperator = (request: OperatorRequest) => Promise<OperatorAnswers[OperatorRequest['type']]>;

/**
 * Takes requests at a unix socket that only this user and root can open. It takes the place of the one of a server
 * before, which stays open for those who are connected to it. Returns a function that closes it.
 */
export function openOperatorSocket(path: string, answer: AnswerOperator, failed: (error: Error) => void): () => void {
  // Node removes the path that a server listened on when it closes: by then it may be that of the next server.
  const own = join(dirname(path), `o${process.pid}`);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    readLines(socket, (line) => void reply(socket, line, answer));
  });
  server.on('error', failed);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(own, { force: true });
    server.listen(own, () => {
      try {
        chmodSync(own, 0o600);
        renameSync(own, path);
      } catch (error) {
        server.close();
        failed(error as Error);
      }
    });
  } catch (error) {
    failed(error as Error);
  }
  return () => {
    for (const socket of open) socket.destroy();
    server.close();
  };
}

async function reply(socket: Socket, line: string, answer: AnswerOperator): Promise<void> {
  const write = (value: unknown): void => void (socket.writable && socket.write(`${JSON.stringify(value)}\n`));
  const asked = parsed(line);
  if (!asked.success) {
    write({ number: -1, failed: `This server does not know the request: ${z.prettifyError(asked.error)}` });
    return;
  }
  const { number, request } = asked.data;
  try {
    write({ number, answer: await answer(request) });
  } catch (error) {
    write({ number, failed: error instanceof Error ? error.message : String(error) });
  }
}

function parsed(line: string) {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = null; // No request at all.
  }
  return numberedRequest.safeParse(value);
}
