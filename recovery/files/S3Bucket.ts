import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { type Logger, Unavailable } from '../../core/ports.ts';

export interface S3Config {
  /** Without the bucket: `https://s3.eu-central-1.amazonaws.com`, `http://minio:9000`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: { reveal(): string };
  /** The bucket is a part of the path; otherwise of the name of the host. */
  readonly pathStyle: boolean;
}

export interface S3Object {
  readonly key: string;
  readonly bytes: number;
  /** By the clock of the S3 server (ms since the epoch). */
  readonly changedAt: number;
}

/** The server was reached and says no. `code` is that of S3, such as `NoSuchBucket`. */
export class S3Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`the S3 server answers ${status} ${code}`);
    this.name = 'S3Refused';
    this.status = status;
    this.code = code;
  }
}

/** For a whole request; an object is small. */
const TIMEOUT_MS = 30_000;
/** After answers that say that the server is busy. */
const RETRIES = 2;
const DELETED_AT_ONCE = 16;
/** The most that S3 lists at once. */
export const LISTED_AT_ONCE = 1_000;

/**
 * The few requests of S3 that are needed of one bucket. Keys are ASCII and need no escape, neither in URLs nor in XML.
 * Every request throws Unavailable ('files') when the server says no or does not answer; its cause says why.
 */
export class S3Bucket {
  /** The address of the bucket, without a slash at the end. */
  readonly url: string;
  readonly #client: AwsClient;
  readonly #logger: Logger;
  readonly #listedAtOnce: number;
  #serves = true;

  constructor(
    { endpoint, bucket, region, accessKey, secretKey, pathStyle }: S3Config,
    logger: Logger,
    { listedAtOnce = LISTED_AT_ONCE } = {},
  ) {
    const url = new URL(endpoint);
    if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
    const path = url.pathname.replace(/\/+$/, '');
    this.url = `${url.origin}${path}${pathStyle ? `/${bucket}` : ''}`;
    this.#client = new AwsClient({
      ...{ accessKeyId: accessKey, secretAccessKey: secretKey.reveal(), service: 's3', region, retries: RETRIES },
    });
    this.#logger = logger;
    this.#listedAtOnce = listedAtOnce;
  }

  async put(key: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    // The server compares it with what came.
    const sum = createHash('sha256').update(content).digest('hex');
    const headers = { 'x-amz-content-sha256': sum, 'content-type': 'application/octet-stream' };
    await this.#ask('PUT', `/${key}`, { body: content, headers });
  }

  /** Returns null if there is no such object. */
  get(key: string): Promise<Uint8Array | null> {
    return this.#ask('GET', `/${key}`);
  }

  /** Returns the objects whose keys begin so, by key; the first `most` of them after `after` if these are given. */
  async list(prefix: string, most = Number.POSITIVE_INFINITY, after = ''): Promise<S3Object[]> {
    const objects: S3Object[] = [];
    for (;;) {
      const count = Math.min(most - objects.length, this.#listedAtOnce);
      const query = new URLSearchParams({ 'list-type': '2', 'max-keys': String(count), prefix });
      const last = objects.at(-1);
      const from = last?.key ?? after;
      if (from !== '') query.set('start-after', from);
      const answer = new TextDecoder().decode((await this.#ask('GET', `?${query}`)) ?? undefined);
      for (const [, about = ''] of answer.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const changedAt = Date.parse(textOf('LastModified', about));
        objects.push({ key: textOf('Key', about), bytes: Number(textOf('Size', about)), changedAt });
      }
      if (textOf('IsTruncated', answer) !== 'true' || objects.length >= most || objects.at(-1) === last) return objects;
    }
  }

  /** What is gone already is no error. */
  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETED_AT_ONCE) {
      await Promise.all(keys.slice(at, at + DELETED_AT_ONCE).map((key) => this.#ask('DELETE', `/${key}`)));
    }
  }

  /** Returns what the server answers; null if it does not have the object. */
  async #ask(
    method: string,
    path: string,
    init: Pick<RequestInit, 'body' | 'headers'> = {},
  ): Promise<Uint8Array | null> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await this.#client.fetch(`${this.url}${path}`, { method, signal, ...init });
      const answer = new Uint8Array(await response.arrayBuffer());
      const code = response.ok ? null : textOf('Code', new TextDecoder().decode(answer)) || response.statusText;
      if (code !== null && code !== 'NoSuchKey') throw new S3Refused(response.status, code);
      this.#note(null);
      return code === null ? answer : null;
    } catch (error) {
      this.#note(error);
      throw new Unavailable('files', 'Files cannot be kept or read at the moment.', { cause: error });
    }
  }

  /** Says once that the server does not serve, and once that it does again. */
  #note(problem: unknown): void {
    const about = { bucket: this.url };
    if (problem !== null && this.#serves) {
      this.#logger.error(
        { ...about, err: problem },
        'the S3 server does not serve: files cannot be shared or read until it does; look at FILES_S3_ENDPOINT and its log',
      );
    }
    if (problem === null && !this.#serves) this.#logger.info(about, 'the S3 server serves again');
    this.#serves = problem === null;
  }
}

function textOf(name: string, xml: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}
