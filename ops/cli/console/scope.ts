import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RoomMediaReport } from '../../../core/media/reports/RoomMediaReport.ts';
import type { RoomState } from '../../../core/room/state.ts';
import { withCollections, writeState } from '../../../recovery/snapshots.ts';
import type { OpenRoomState, OperatorAnswers, OperatorRequest } from '../../run/operator/requests.ts';
import { CliFailure } from '../CliFailure.ts';

type Method = Extract<OperatorRequest, { readonly type: 'call' }>['method'];

export interface Asking {
  ask<Request extends OperatorRequest>(request: Request): OperatorAnswers[Request['type']];
}

export interface ScopeOptions {
  readonly link: Asking;
  /** Whether requests may change something. */
  readonly write: boolean;
  /** Who sits at the prompt. */
  readonly by: string;
  /** Files are written from here. */
  readonly folder: string;
}

export const SCOPE_HELP = `node               this node: load, checks of /readyz, memory
workers            its media workers
rooms              the rooms that are open here
room('ID')         one of them: .state as the record has it, .media as the workers measure it
dump()             all of that at once; dump('ID') of a room
save(VALUE, FILE)  writes a value as JSON, for this user alone
api(METHOD, PATH, BODY)  a request of the REST API, which /openapi.json describes
With --write: room('ID').change({ locked: true }), .remove('PARTICIPANT'), .close(), and api() with any method.
Every value is a copy of that moment: ask again for a newer one.`;

/** The words of the prompt. */
export function scopeOf({ link, write, by, folder }: ScopeOptions) {
  const api = (method: string, path: string, body?: unknown): unknown => {
    const call = { method: method.toUpperCase() as Method, path, ...(body !== undefined && { body }) };
    const { status, body: answer } = link.ask({ type: 'call', ...call, changes: write, by });
    if (status >= 400) throw refusal(answer, status);
    return answer;
  };
  const room = (roomId: string): RoomView => new RoomView(link.ask({ type: 'room', roomId }), link, api);
  const ofNode = {
    get node() {
      return link.ask({ type: 'node' });
    },
    get workers() {
      return link.ask({ type: 'workers' });
    },
    get rooms() {
      return link.ask({ type: 'rooms' });
    },
  };
  return Object.defineProperties(
    {
      room,
      api,
      dump(roomId?: string) {
        if (roomId === undefined) return { at: new Date(), ...ofNode };
        const view = room(roomId);
        return { at: new Date(), ...view, media: view.media };
      },
      save(value: unknown, file: string): string {
        const path = resolve(folder, file);
        writeFileSync(path, `${toJson(value)}\n`, { mode: 0o600 });
        return path;
      },
    },
    Object.getOwnPropertyDescriptors(ofNode),
  );
}

/** As JSON; maps and sets are `{ map: [[key, value], …] }` and `{ set: […] }`. */
export function toJson(value: unknown): string {
  return JSON.stringify(JSON.parse(writeState(value as RoomState) ?? 'null'), null, 2);
}

/** A room that is open on the node, as it was when it was asked for. */
class RoomView {
  readonly roomId: string;
  readonly name: string;
  readonly version: number;
  readonly readOnly: boolean;
  readonly people: number;
  readonly here: number;
  readonly state: RoomState;
  readonly #link: Asking;
  readonly #api: (method: string, path: string, body?: unknown) => unknown;

  constructor(report: OpenRoomState, link: Asking, api: (method: string, path: string, body?: unknown) => unknown) {
    const { roomId, name, version, readOnly, people, here, state } = report;
    this.roomId = roomId;
    this.name = name;
    this.version = version;
    this.readOnly = readOnly;
    this.people = people;
    this.here = here;
    this.state = withCollections(state) as RoomState;
    this.#link = link;
    this.#api = api;
  }

  get media(): RoomMediaReport {
    return this.#link.ask({ type: 'media', roomId: this.roomId, participantId: null, consumers: true });
  }

  change(settings: unknown): unknown {
    return this.#api('PATCH', this.#path(), settings);
  }

  remove(participantId: string): unknown {
    return this.#api('POST', this.#path(`/participants/${encodeURIComponent(participantId)}/remove`));
  }

  close(): unknown {
    return this.#api('DELETE', this.#path());
  }

  #path(rest = ''): string {
    return `/api/rooms/${encodeURIComponent(this.roomId)}${rest}`;
  }
}

function refusal(answer: unknown, status: number): CliFailure {
  const { code, message } = (answer as { readonly error?: { code?: string; message?: string } }).error ?? {};
  const failure = new CliFailure(code ? `${code}: ${message}` : `The API answered ${status}.`);
  failure.stack = `${failure.name}: ${failure.message}`;
  return failure;
}
