import type { Clock, Logger } from '../../../core/ports.ts';
import { type Certificate, CertificateUnusable, readCertificate, type TlsFiles } from './certificate.ts';

export interface CertificateWatchOptions {
  readonly files: TlsFiles;
  /** The one that serves now. */
  readonly current: Certificate;
  readonly everyMs: number;
  /** Serves the new one from the next connection on. @throws Error when that is not possible */
  readonly use: (certificate: Certificate) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const WARN_BEFORE_END_MS = 7 * 24 * 3_600_000;

/**
 * Takes over a certificate that has changed on disk. It looks instead of listening: files arrive through links that are
 * switched, from other file systems and one after the other. Files that cannot be used leave the old certificate in
 * place, which is logged once for each such state.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  #current: Certificate;
  #problem = '';
  #problemSeen = '';
  #endTold = '';
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    this.#current = options.current;
    this.#tellOfEnd();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.setTimer(
      this.#options.everyMs,
      () => void this.#look().finally(() => this.#schedule()),
    );
  }

  async #look(): Promise<void> {
    const { files, use, logger } = this.#options;
    try {
      const found = readCertificate(files);
      if (found.hash !== this.#current.hash) {
        await use(found);
        this.#current = found;
        logger.info({ endsAt: new Date(found.endsAt).toISOString() }, 'the new certificate serves');
      }
      this.#problem = '';
      this.#problemSeen = '';
    } catch (error) {
      this.#refused(error);
    }
    this.#tellOfEnd();
  }

  /** While one file is new and the other still old, nothing is wrong yet: only what lasts for two looks is told. */
  #refused(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const lasts = message === this.#problemSeen;
    this.#problemSeen = message;
    if (!lasts || message === this.#problem) return;
    this.#problem = message;
    const fields = error instanceof CertificateUnusable ? { problem: message } : { err: error };
    this.#options.logger.error(fields, 'the new certificate cannot be used: the old one stays');
  }

  #tellOfEnd(): void {
    const { clock, logger } = this.#options;
    const { endsAt, hash } = this.#current;
    const leftMs = endsAt - clock.now();
    if (leftMs > WARN_BEFORE_END_MS) return;
    const state = `${hash} ${leftMs > 0}`;
    if (state === this.#endTold) return;
    this.#endTold = state;
    const at = { endsAt: new Date(endsAt).toISOString() };
    if (leftMs > 0) logger.warn(at, 'the certificate ends soon: renew the files of TLS_CERT and TLS_KEY');
    else logger.error(at, 'the certificate has ended: browsers warn of this server');
  }
}
