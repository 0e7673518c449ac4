/** An address of the server that media could not reach; `relays` are TURN servers that could not help either. */
export interface MediaBlocked {
  readonly ways: readonly { readonly protocols: readonly string[]; readonly address: string; readonly port: number }[];
  readonly relays: readonly string[];
}

/** A transport's candidates, as the server offers them. */
type Candidate = Readonly<Record<string, unknown>>;

/** Long enough for a slow network, and for new transports after a fault. */
const BLOCKED_AFTER_MS = 8_000;

/**
 * Notices that transports are tried again and again and none ever connects: a firewall keeps media from the server,
 * though signaling works.
 */
export class MediaPathWatch {
  readonly #changed: (blocked: MediaBlocked | null) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tried: MediaBlocked | undefined;
  #isBlocked = false;

  constructor(changed: (blocked: MediaBlocked | null) => void) {
    this.#changed = changed;
  }

  /** New transports try these ways. */
  trying(candidates: readonly Candidate[], iceServers: readonly RTCIceServer[]): void {
    this.#tried = { ways: toWays(candidates), relays: toRelays(iceServers) };
    if (this.#isBlocked) return;
    this.#timer ??= setTimeout(() => this.#blocked(), BLOCKED_AFTER_MS);
  }

  connected(): void {
    this.stop();
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#changed(null);
  }

  /** Nothing is tried at the moment. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #blocked(): void {
    this.#timer = undefined;
    if (this.#tried === undefined) return;
    this.#isBlocked = true;
    this.#changed(this.#tried);
  }
}

function toWays(candidates: readonly Candidate[]): MediaBlocked['ways'] {
  const ways = new Map<string, { protocols: string[]; address: string; port: number }>();
  for (const { address, port, protocol } of candidates) {
    if (typeof address !== 'string' || typeof port !== 'number' || typeof protocol !== 'string') continue;
    const way = ways.get(`${address} ${port}`) ?? { protocols: [], address, port };
    if (!way.protocols.includes(protocol)) way.protocols.push(protocol);
    ways.set(`${address} ${port}`, way);
  }
  return [...ways.values()];
}

/** `turn:turn.example.org:3478?transport=tcp` is reached at `turn.example.org:3478`. */
function toRelays(iceServers: readonly RTCIceServer[]): string[] {
  const urls = iceServers.flatMap((server) => server.urls).filter((url) => /^turns?:/.test(url));
  return [...new Set(urls.map((url) => url.replace(/^turns?:/, '').replace(/\?.*$/, '')))];
}
