import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { RoomEvent } from '../../../core/room/events.ts';
import { readSocketError } from '../../../signaling/protocol/errors.ts';
import type { NotificationBody, NotificationName } from '../../../signaling/protocol/notifications.ts';
import { notifications } from '../../../signaling/protocol/notifications.ts';
import {
  type Answer,
  type ConnectAuth,
  type RequestBody,
  type RequestName,
  type ResponseBody,
  requests,
} from '../../../signaling/protocol/requests.ts';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { waitUntil } from '../../support/waitUntil.ts';

interface Heard {
  readonly name: NotificationName;
  readonly body: unknown;
}

/** A minimal client: its requests and the notifications it hears. */
export class TestClient {
  readonly socket: Socket;
  readonly heard: Heard[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name: NotificationName, body: unknown, acknowledge?: () => void) => {
      this.heard.push({ name, body: notifications[name].parse(body) });
      acknowledge?.();
    });
  }

  /** Rejects with the WireError if the server refuses. */
  static connect(
    url: string,
    token: string,
    {
      transports = ['websocket'],
      protocol = PROTOCOL_VERSION,
      path = '/socket.io',
      auth: more = {},
      ...others
    }: {
      transports?: string[];
      protocol?: number;
      path?: string;
      auth?: Partial<ConnectAuth>;
      ca?: string;
      extraHeaders?: Record<string, string>;
    } = {},
  ): Promise<TestClient> {
    const auth = { protocol, token, ...more };
    const socket = io(url, { auth, path, transports, reconnection: false, forceNew: true, ...others });
    const client = new TestClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(client));
      socket.once('connect_error', (error: Error & { data?: unknown }) =>
        reject(error.data === undefined ? error : readSocketError(error.data)),
      );
    });
  }

  /** Sends without checking the body. */
  send(name: string, ...body: unknown[]): Promise<Answer<RequestName>> {
    return new Promise((resolve, reject) => {
      const onLost = (reason: string) => reject(new Error(`disconnected: ${reason}`));
      this.socket.once('disconnect', onLost);
      this.socket.emit(name, ...body, (answer: Answer<RequestName>) => {
        this.socket.off('disconnect', onLost);
        resolve(answer);
      });
    });
  }

  /** Returns the result, or rejects with the code. */
  async ask<N extends RequestName>(name: N, body: Omit<RequestBody<N>, 'commandId'>): Promise<ResponseBody<N>> {
    const answer = (await this.send(name, { commandId: randomUUID(), ...body })) as Answer<N>;
    if (answer.ok) return requests[name].response.parse(answer.result) as ResponseBody<N>;
    const { code, message } = readSocketError(answer.error);
    throw new Error(`${code}: ${message}`);
  }

  all<N extends NotificationName>(name: N): NotificationBody<N>[] {
    return this.heard.filter((heard) => heard.name === name).map(({ body }) => body as NotificationBody<N>);
  }

  /** Returns the events of all commits heard, by type. */
  events<T extends RoomEvent['type']>(type: T) {
    return this.all('committed')
      .flatMap(({ events }) => events)
      .filter((event): event is Extract<RoomEvent, { type: T }> => event.type === type);
  }

  async hears<N extends NotificationName>(name: N, count = 1): Promise<NotificationBody<N>[]> {
    await waitUntil(() => this.all(name).length >= count || `heard ${this.all(name).length} of ${count} ${name}`);
    return this.all(name);
  }

  async isCutOff(): Promise<void> {
    await waitUntil(() => !this.socket.connected || 'still connected');
  }

  close(): void {
    this.socket.close();
  }
}
