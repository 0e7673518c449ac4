import { z } from 'zod';
import type { ParticipantId, Role, RoomId } from '../../core/room/state.ts';

const createdSchema = z.object({ roomId: z.string() });
const tokenSchema = z.object({ token: z.string() });

/** The part of the REST API that drills and benchmarks use, with the API key. */
export class RoomApi {
  readonly #url: string;
  readonly #authorization: string;

  constructor({
    url,
    apiKey,
    apiSecret,
  }: { readonly url: string; readonly apiKey: string; readonly apiSecret: string }) {
    this.#url = url;
    this.#authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
  }

  async createRoom(name: string, capacity = 200): Promise<RoomId> {
    const { roomId } = createdSchema.parse(await this.#ask('POST', '/api/rooms', { name, capacity }));
    return roomId;
  }

  /** With a `name` the participant has that one, whatever it says. */
  async joinToken(roomId: RoomId, participantId: ParticipantId, role: Role = 'member', name?: string): Promise<string> {
    const body = { participantId, role, ...(name !== undefined && { name }) };
    const { token } = tokenSchema.parse(await this.#ask('POST', `/api/rooms/${roomId}/tokens`, body));
    return token;
  }

  async closeRoom(roomId: RoomId): Promise<void> {
    await this.#ask('DELETE', `/api/rooms/${roomId}`);
  }

  async #ask(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      // A kept connection may be closed by the server while this process judges an hour of a drill.
      headers: { authorization: this.#authorization, 'content-type': 'application/json', connection: 'close' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
