import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { numberedAnswer, type OperatorAnswers, type OperatorRequest } from '../run/operator/requests.ts';
import { privateSocket } from '../run/privateSocket.ts';
import { CliFailure } from './CliFailure.ts';
import { socketObstacle } from './socketObstacle.ts';

type AnswerTo<Request extends OperatorRequest> = OperatorAnswers[Request['type']];

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

const ANSWER_LIMIT_MS = 15_000;

/** A connection to the server that runs with a data folder. */
export class ServerLink {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #numbers = 0;
  #broken: CliFailure | null = null;

  /** @throws CliFailure when no server of this user runs there */
  static async open(dataFolder: string): Promise<ServerLink> {
    const path = privateSocket(dataFolder, 'operator');
    const obstacle = socketObstacle(path, notRunning(dataFolder));
    if (obstacle !== null) throw new CliFailure(obstacle);
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) =>
        reject(new CliFailure(`Nobody answers at ${path}. ${notRunning(dataFolder)}`, { cause })),
      );
    });
    return new ServerLink(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('close', () => this.#break(new CliFailure('The server closed the connection: it has ended.')));
    const lines = createInterface(socket);
    lines.on('line', (line) => this.#take(line));
    for (const emitter of [socket, lines]) emitter.on('error', () => socket.destroy());
  }

  /** Whether the server has ended it: another one may serve by now. */
  get isBroken(): boolean {
    return this.#broken !== null;
  }

  /** @throws CliFailure when the server refuses, ends, or does not answer in time */
  ask<Request extends OperatorRequest>(request: Request): Promise<AnswerTo<Request>> {
    if (this.#broken) return Promise.reject(this.#broken);
    this.#numbers += 1;
    const number = this.#numbers;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#waiting.delete(number);
        reject(new CliFailure(`The server has not answered for ${ANSWER_LIMIT_MS / 1_000} s: it is busy, or hangs.`));
      }, ANSWER_LIMIT_MS);
      const done = (): void => {
        clearTimeout(limit);
        this.#waiting.delete(number);
      };
      this.#waiting.set(number, {
        resolve: (answer) => {
          done();
          // The server of this checkout, or of the one before: what it says is shown, and decides nothing.
          resolve(answer as AnswerTo<Request>);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      this.#socket.write(`${JSON.stringify({ number, request })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(line: string): void {
    const said = numberedAnswer.parse(JSON.parse(line));
    const waiting = this.#waiting.get(said.number);
    if ('failed' in said) {
      const failure = new CliFailure(said.failed);
      if (waiting) waiting.reject(failure);
      else this.#break(failure);
    } else waiting?.resolve(said.answer);
  }

  #break(failure: CliFailure): void {
    this.#broken ??= failure;
    for (const waiting of [...this.#waiting.values()]) waiting.reject(failure);
  }
}

function notRunning(dataFolder: string): string {
  return `Does an Everroom of this version run with ${dataFolder}? Start it, or name the folder of the one that runs with --data.`;
}
