import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';
import type { S3Config } from '../../recovery/files/S3Bucket.ts';

interface Answer {
  readonly status: number;
  readonly body?: Uint8Array | string;
}

const MISSING: Answer = { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };

/** What we use of S3, in memory, where no real server is installed. Checks signatures and sums, and has one bucket. */
export class S3StandIn {
  readonly #config: S3Config;
  readonly #objects = new Map<string, { readonly content: Uint8Array; readonly at: string }>();
  #server: Server | undefined;

  constructor(config: S3Config) {
    this.#config = config;
  }

  async start(): Promise<void> {
    const server = createServer(async (request, response) => {
      const { status, body } = await this.#answer(request).catch((error: unknown) => ({
        status: 500,
        body: `${error}`,
      }));
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) =>
      server.listen(Number(new URL(this.#config.endpoint).port), '127.0.0.1', resolve),
    );
    this.#server = server;
  }

  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
    server?.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { endpoint, bucket } = this.#config;
    const url = new URL(request.url ?? '', endpoint);
    const content = await buffer(request);
    const refusal = await this.#refusal(request, url, content);
    if (refusal) return { status: 403, body: `<Error><Code>${refusal}</Code></Error>` };
    const [, named, ...path] = url.pathname.split('/');
    if (named !== bucket) return { status: 404, body: '<Error><Code>NoSuchBucket</Code></Error>' };
    const key = path.join('/');
    if (request.method === 'PUT') this.#objects.set(key, { content, at: new Date().toISOString() });
    else if (request.method === 'DELETE') this.#objects.delete(key);
    else if (key === '') return { status: 200, body: this.#list(url.searchParams) };
    else {
      const object = this.#objects.get(key);
      return object ? { status: 200, body: object.content } : MISSING;
    }
    return { status: 200 };
  }

  async #refusal({ headers, method = '' }: IncomingMessage, url: URL, content: Uint8Array): Promise<string | null> {
    const { accessKey, secretKey, region } = this.#config;
    const [, id, names = ''] = /Credential=([^/]+)\/.*SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
    if (id !== accessKey) return 'InvalidAccessKeyId';
    const signed = names.split(';').filter((name) => name !== 'host' && name !== 'x-amz-date');
    const signer = new AwsV4Signer({
      ...{ method, url: url.href, service: 's3', region, accessKeyId: accessKey, secretAccessKey: secretKey.reveal() },
      headers: signed.map((name): [string, string] => [name, String(headers[name])]),
      datetime: String(headers['x-amz-date']),
    });
    if ((await signer.authHeader()) !== headers.authorization) return 'SignatureDoesNotMatch';
    const sum = headers['x-amz-content-sha256'];
    const isRight = sum === 'UNSIGNED-PAYLOAD' || sum === createHash('sha256').update(content).digest('hex');
    return isRight ? null : 'XAmzContentSHA256Mismatch';
  }

  #list(query: URLSearchParams): string {
    const most = Number(query.get('max-keys'));
    const after = query.get('start-after') ?? '';
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after);
    const listed = keys.toSorted().slice(0, most);
    const contents = listed.map((key) => {
      const { content, at } = this.#objects.get(key) ?? { content: '', at: '' };
      return `<Contents><Key>${key}</Key><LastModified>${at}</LastModified><Size>${content.length}</Size></Contents>`;
    });
    return `<ListBucketResult><IsTruncated>${keys.length > most}</IsTruncated>${contents.join('')}</ListBucketResult>`;
  }
}
