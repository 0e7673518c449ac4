import { execFile } from 'node:child_process';

export interface ServiceManagerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}

/**
 * Tells systemd that the service is ready, and that this process still turns, if systemd has started it with
 * `Type=notify`. Node.js cannot send to systemd's socket, so the command `systemd-notify` does (`NotifyAccess=all`).
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  #timer: NodeJS.Timeout | undefined;
  #toldProblem = false;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
  }

  /** Call it once; from then on systemd restarts the service if this process hangs (`WatchdogSec`). */
  ready(status: string): void {
    this.#notify('READY=1', `STATUS=${status}`);
    const watchdogMs = Number(this.#options.env.WATCHDOG_USEC) / 1_000;
    if (watchdogMs > 0) this.#timer = setInterval(() => this.#notify('WATCHDOG=1'), watchdogMs / 3);
  }

  stopping(): void {
    clearInterval(this.#timer);
    this.#notify('STOPPING=1');
  }

  #notify(...news: string[]): void {
    const { env, log } = this.#options;
    if (!env.NOTIFY_SOCKET) return;
    execFile('systemd-notify', news, { env: { PATH: env.PATH, NOTIFY_SOCKET: env.NOTIFY_SOCKET } }, (error) => {
      if (!error || this.#toldProblem) return;
      this.#toldProblem = true;
      log(`systemd cannot be told how Everroom is: ${error.message.trim()}`);
    });
  }
}
