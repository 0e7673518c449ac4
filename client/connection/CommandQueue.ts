import type { RequestBody, RequestName, ResponseBody } from '../../signaling/protocol/requests.ts';
import { CommandTimedOut, ConnectionLost, isOfNextSession } from '../errors.ts';
import type { Link } from './Link.ts';

/** Requests that change the record. */
export type CommandName = {
  [N in RequestName]: RequestBody<N> extends { commandId: string } ? N : never;
}[Exclude<RequestName, 'join' | 'resume' | 'knock' | 'leave'>];

interface Command {
  readonly name: CommandName;
  readonly body: RequestBody<CommandName>;
  readonly settle: (outcome: { result: unknown } | { error: unknown }) => void;
}

/**
 * Commands in the order in which they were given. Commands that a lost connection left unanswered are sent again, in
 * order and with the same command id, once a connection is back; the room takes each at most once.
 */
export class CommandQueue {
  readonly #unanswered = new Set<Command>();
  readonly #newId: () => string;
  readonly #timeoutMs: number;
  #link: Pick<Link, 'request'> | undefined;

  constructor(newId: () => string, timeoutMs = 30_000) {
    this.#newId = newId;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @throws RequestRefused when the room refuses the command
   * @throws CommandTimedOut when no answer comes in time; the command may still have taken effect
   */
  send<N extends CommandName>(
    name: N,
    body: Omit<RequestBody<N>, 'commandId'>,
    commandId = this.#newId(),
  ): Promise<ResponseBody<N>> {
    return new Promise((resolve, reject) => {
      const command: Command = {
        name,
        // The body of every command is its own fields and the id.
        body: { ...body, commandId } as unknown as RequestBody<CommandName>,
        settle: (outcome) => {
          clearTimeout(timer);
          this.#unanswered.delete(command);
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.result as ResponseBody<N>);
        },
      };
      const timer = setTimeout(() => command.settle({ error: new CommandTimedOut(name) }), this.#timeoutMs);
      this.#unanswered.add(command);
      this.#transmit(command);
    });
  }

  /** Called with a new connection: everything unanswered goes out first. */
  attach(link: Pick<Link, 'request'>): void {
    this.#link = link;
    for (const command of [...this.#unanswered]) this.#transmit(command);
  }

  detach(): void {
    this.#link = undefined;
  }

  /** Rejects all unanswered commands: no answer will come any more. */
  abandon(reason: Error): void {
    this.#link = undefined;
    for (const command of [...this.#unanswered]) command.settle({ error: reason });
  }

  #transmit(command: Command): void {
    const link = this.#link;
    if (link === undefined) return;
    link.request(command.name, command.body, this.#timeoutMs).then(
      (result) => command.settle({ result }),
      (error: unknown) => {
        // The outcome is unknown, or the session went over to another connection, where the same command is decided:
        // it stays, and goes out again with the next connection.
        if (error instanceof ConnectionLost || isOfNextSession(error) || link !== this.#link) return;
        command.settle({ error });
      },
    );
  }
}
