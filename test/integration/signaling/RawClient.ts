import { waitUntil } from '../../support/waitUntil.ts';

/** A websocket that says what it likes to engine.io, and keeps what it is told. */
export class RawClient {
  readonly #socket: WebSocket;
  readonly heard: string[] = [];

  private constructor(socket: WebSocket, answersPings: boolean) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      this.heard.push(String(data));
      if (data === '2' && answersPings) this.say('3');
    });
  }

  /** Rejects when the server refuses the connection. */
  static async open(url: string, answersPings = true): Promise<RawClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const client = new RawClient(socket, answersPings);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', () => reject(new Error('The server refused the connection.')), { once: true });
    });
    return client;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  say(...frames: readonly (string | Uint8Array<ArrayBuffer>)[]): void {
    for (const frame of frames) if (this.isOpen) this.#socket.send(frame);
  }

  /** Connects a socket, as a client does; what the server says to that is in `heard`. */
  async connect(auth: object): Promise<void> {
    this.say(`40${JSON.stringify(auth)}`);
    await waitUntil(() => this.heard.some((frame) => /^4[04]/u.test(frame)) || 'no answer to CONNECT');
  }

  async isCutOff(): Promise<void> {
    await waitUntil(() => this.#socket.readyState === WebSocket.CLOSED || 'the connection is still there');
  }

  close(): void {
    this.#socket.close();
  }
}
