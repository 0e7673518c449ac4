import { type ConnectionReport, type Counters, toConnectionReport } from '../media/connectionReport.ts';
import type { Recovery, RecoveryLog } from './RecoveryLog.ts';

interface PathOwner {
  stats(): Promise<RTCStatsReport[]>;
  nodeUrl(): string | undefined;
  iceServers(): readonly RTCIceServer[];
  /** Gives the connection up, and gets another. */
  renew(reason: string): void;
}

/** The way between this client and its server: how it is now, and what it has got over. */
export class ConnectionPath {
  readonly #owner: PathOwner;
  readonly #log: RecoveryLog;
  #before: Counters | undefined;

  constructor(log: RecoveryLog, owner: PathOwner) {
    this.#owner = owner;
    this.#log = log;
  }

  /** The server that this client is at; undefined while there is none. */
  get nodeUrl(): string | undefined {
    return this.#owner.nodeUrl();
  }

  /** The addresses of the TURN servers that may help. */
  get relays(): readonly string[] {
    const urls = this.#owner.iceServers().flatMap((server) => server.urls);
    return urls.filter((url) => /^turns?:/u.test(url));
  }

  /** What this stay has got over, oldest first; the newest 50. A new list each time. */
  get recoveries(): readonly Recovery[] {
    return this.#log.list;
  }

  /** Rates and losses are those since the last call. */
  async measure(): Promise<ConnectionReport> {
    const { report, counters } = toConnectionReport(await this.#owner.stats(), this.#before);
    this.#before = counters;
    return report;
  }

  /**
   * Gives the connection up as if the server had died, and recovers on the next one: so that people can see what a
   * change of the server is like.
   */
  rehearse(): void {
    this.#owner.renew('rehearsal');
  }
}
