import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { EngineFailed } from '../Engine.ts';

/** Last words of a process that are kept to tell why it ended. Characters. */
const STDERR_TAIL = 1_000;

export interface Ending {
  /** Null: a signal ended it, or it did not even start. */
  readonly code: number | null;
  readonly reason: string;
}

/** One ffmpeg command that reads from its stdin and writes to pipes. It ends with this process: its stdin is closed then. */
export class FfmpegProcess {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #pipes: readonly Readable[];
  #stderr = '';
  #ending: Ending | null = null;

  /** `outputs`: how many pipes it writes to; the first is pipe:3. `files`: descriptors that it has after these. @throws EngineFailed */
  constructor(path: string, args: readonly string[], outputs: number, files: readonly number[]) {
    const pipes = Array.from({ length: outputs }, () => 'pipe' as const);
    this.#child = spawn(path, ['-hide_banner', '-loglevel', 'error', '-nostats', '-nostdin', ...args], {
      stdio: ['pipe', 'ignore', 'pipe', ...pipes, ...files],
    });
    if (this.#child.stdin === null || this.#child.stdio === undefined) {
      // No descriptors were left for its pipes: only then there are none. The error event has nothing to add.
      this.#child.once('error', () => undefined);
      throw new EngineFailed('ffmpeg cannot be started: too many files are open');
    }
    this.#stdin = this.#child.stdin;
    // Those after the third are read alone.
    this.#pipes = this.#child.stdio.slice(3, 3 + outputs) as Readable[];
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    // A broken pipe says what the ending says better.
    this.#stdin.on('error', () => this.#stdin.destroy());
    for (const pipe of this.#pipes) pipe.on('error', () => pipe.destroy());
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, reason: string) => {
        this.#ending ??= { code, reason };
        resolve(this.#ending);
      };
      this.#child.once('error', (error) => end(null, error.message));
      this.#child.once('close', (code, signal) => end(code, signal ?? (this.#stderr.trim() || `exit code ${code}`)));
    });
  }

  get pid(): number | undefined {
    return this.#ending === null ? this.#child.pid : undefined;
  }

  /** What it writes to pipe:3 and those after it, from 0 on. */
  pipe(index: number): Readable {
    const pipe = this.#pipes[index];
    if (pipe === undefined) throw new RangeError(`No pipe ${index}`);
    return pipe;
  }

  write(...parts: readonly Buffer[]): void {
    if (this.#stdin.destroyed) return;
    this.#stdin.cork();
    for (const part of parts) this.#stdin.write(part);
    this.#stdin.uncork();
  }

  /** It holds nothing that is worth a farewell. */
  async kill(): Promise<void> {
    if (this.#ending === null) this.#child.kill('SIGKILL');
    await this.ended;
  }
}
