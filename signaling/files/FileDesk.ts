import { create as contentDisposition } from 'content-disposition';
import { type FilePlace, type Uploader, UploadRefused } from '../../core/files/FileStore.ts';
import type { RoomFiles } from '../../core/files/RoomFiles.ts';
import type { BegunUpload, UploadsBegun } from '../../core/files/UploadsBegun.ts';
import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { findFile, sharedFiles } from '../../core/room/files.ts';
import { grantsOf } from '../../core/room/queries.ts';
import { requireInside } from '../../core/room/rules/door.ts';
import type { FileId, ParticipantId, RoomId, RoomState, SharedFile } from '../../core/room/state.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { HttpReply, HttpRequest } from '../http/http.ts';
import type { AddressLimits } from '../limits/AddressLimits.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { FileLimits } from '../protocol/shapes.ts';
import { INTERNAL, toWireError, WireRefusal } from '../requests/WireRefusal.ts';
import { withRoom } from '../requests/withRoom.ts';
import { errorReply } from '../rest/errorReply.ts';
import { httpStatus } from '../rest/httpStatus.ts';
import type { Traffic } from './Traffic.ts';
import { isAllowed, typeOfFile } from './typeOfFile.ts';

/** What people may share. */
export interface FileRules {
  readonly maxBytes: number;
  /** What the files of a room may have together. */
  readonly roomBytes: number;
  /** Media types, such as `image/png`, `image/*` and `*\/*`. */
  readonly types: readonly string[];
}

interface FileDeskDeps {
  readonly files: RoomFiles;
  readonly rules: FileRules;
  readonly uploadsBegun: UploadsBegun;
  readonly rooms: RoomHosts;
  readonly tokens: Tokens;
  /** Requests, and new files, by address. */
  readonly requests: AddressLimits;
  readonly begun: AddressLimits;
  readonly traffic: Traffic;
  readonly clientAddress: (request: HttpRequest) => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Somebody in a room. */
interface Member {
  readonly roomId: RoomId;
  readonly participantId: ParticipantId;
}

const PATH = /^\/files(?:\/([0-9a-f-]{36}))?$/;
/** Files that one person may have begun and not shared. */
const MOST_OF_OWNER = 20;
/** The same for all people of a room, and for all rooms: what is counted is bounded. */
const MOST_IN_ROOM = 1_000;
const MOST_IN_STORE = 10_000;
/** Pages of other nodes and of applications come too: what they may is in a token, never in a cookie. */
const CORS = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' };
const PREFLIGHT = {
  ...CORS,
  'access-control-allow-methods': 'POST, HEAD, PATCH, DELETE, GET',
  'access-control-allow-headers':
    'Authorization, Content-Type, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override',
  'access-control-max-age': '86400',
};

/** Takes and gives the files of rooms over HTTP, from whoever has a resume token, to whoever has a link of a minute. */
export class FileDesk {
  readonly #deps: FileDeskDeps;

  constructor(deps: FileDeskDeps) {
    this.#deps = deps;
  }

  /** What clients know before they send anything. */
  get limits(): FileLimits {
    const { files, rules } = this.#deps;
    const { maxBytes, roomBytes, types } = rules;
    return { maxBytes, roomBytes, types: [...types], chunkBytes: files.store.chunkBytes };
  }

  /** Returns null if the address is not one of files. */
  async reply(request: HttpRequest): Promise<HttpReply | null> {
    const path = PATH.exec(request.path);
    if (!path) return null;
    try {
      return await this.#reply(request, path[1] ?? null);
    } catch (error) {
      const wire = toWireError(error);
      if (!wire) this.#deps.logger.error({ err: error, method: request.method }, 'a request for a file failed');
      const refused = errorReply(wire ?? INTERNAL);
      // A link that is too old must not make the browser ask for a password.
      const { 'www-authenticate': _, ...headers } = refused.headers;
      return { ...refused, headers: { ...headers, ...CORS } };
    }
  }

  /** Returns an address, relative to this node's, at which this person can read the file for a minute. */
  async link({ roomId, participantId }: Member, fileId: FileId, state: RoomState): Promise<string> {
    requireFile(fileId, state);
    const ticket = await this.#deps.tokens.signFile({ roomId, participantId, fileId });
    return `/files/${fileId}?ticket=${ticket}`;
  }

  /**
   * Returns what the store has of a file that this person sent.
   * @throws WireRefusal when it is not there (FILE_NOT_FOUND), not whole, or of a type that is not allowed
   */
  async received({ roomId, participantId }: Member, fileId: FileId, state: RoomState): Promise<SharedFile> {
    const { files, rules } = this.#deps;
    const place = files.placeOf(roomId, state, fileId);
    const stored = await files.store.find(place);
    if (stored?.owner !== participantId) throw fileNotFound();
    if (stored.receivedBytes !== stored.bytes) throw new WireRefusal('INVALID', 'The file is not whole yet.');
    // From here on its content does not change: not after its type is known.
    await files.store.settle(place);
    const mediaType = await typeOfFile(files.store.read(place));
    if (!isAllowed(mediaType, rules.types)) {
      await files.store.remove(place);
      await this.#end(place);
      throw new WireRefusal('FILE_REFUSED', `Files of this type (${mediaType}) are not taken here.`);
    }
    return { id: fileId, name: stored.name, bytes: stored.bytes, mediaType };
  }

  /** What the files of a room may have together. */
  get roomBytes(): number {
    return this.#deps.rules.roomBytes;
  }

  /** The room has the file. */
  async shared(roomId: RoomId, fileId: FileId): Promise<void> {
    const { files, rooms } = this.#deps;
    await this.#uncount(() => withRoom({ rooms }, roomId, ({ state }) => files.placeOf(roomId, state, fileId)));
  }

  async #reply(request: HttpRequest, fileId: string | null): Promise<HttpReply> {
    if (request.method === 'OPTIONS') return { status: 204, headers: PREFLIGHT, body: '' };
    if (!this.#deps.requests.take(this.#deps.clientAddress(request))) throw tooMany();
    if (request.method === 'GET' && fileId !== null) return this.#give(request, fileId);
    return this.#take(request, fileId);
  }

  async #give(request: HttpRequest, fileId: string): Promise<HttpReply> {
    const { clientAddress, files, rooms, tokens, traffic } = this.#deps;
    const claims = await tokens.verifyFile(request.query.get('ticket') ?? '');
    if (claims.fileId !== fileId) throw new WireRefusal('TOKEN_INVALID', 'This link is for another file.');
    const { roomId } = claims;
    const { state } = await withRoom({ rooms }, roomId, (room) => room);
    requireHolder(claims, state);
    const { name, bytes } = requireFile(fileId, state);
    const place = files.placeOf(roomId, state, fileId);
    if (!(await files.store.find(place))) {
      throw new WireRefusal('FILE_NOT_FOUND', 'The content of this file is not on this server.');
    }
    return {
      status: 200,
      headers: {
        ...CORS,
        // It is saved, never shown: what people send must not run as a page of this site.
        'content-type': 'application/octet-stream',
        'content-disposition': contentDisposition(name),
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'cross-origin',
      },
      body: traffic.send(
        { ...claims, address: clientAddress(request) },
        { bytes, open: () => files.store.read(place) },
      ),
    };
  }

  async #take(request: HttpRequest, fileId: string | null): Promise<HttpReply> {
    const { files, rooms, tokens, traffic } = this.#deps;
    const token = /^Bearer ([\w.-]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    const claims = token === undefined ? null : await tokens.verify(token);
    if (claims?.kind !== 'resume') {
      throw new WireRefusal('TOKEN_INVALID', 'Whoever sends a file shows the resume token of their session.');
    }
    const { roomId, participantId } = claims;
    const { state } = await withRoom({ rooms }, roomId, (room) => room);
    const member = requireHolder(claims, state);
    if (!grantsOf(member, state.settings).chat) {
      throw new WireRefusal('NOT_GRANTED', 'A host has not allowed you to share files.');
    }
    // What was begun before may still be given up.
    if (!state.settings.filesAllowed && request.method !== 'DELETE') {
      throw new WireRefusal('NOT_GRANTED', 'A host has switched files off in this room.');
    }
    const { folder } = files.placeOf(roomId, state, '');
    const address = this.#deps.clientAddress(request);
    let counted: FilePlace | null = null;
    const uploader: Uploader = {
      ...{ folder, fileId, owner: participantId },
      admit: async (newId, bytes) => {
        await this.#admit({ folder, fileId: newId, owner: participantId, bytes }, state, address);
        counted = { folder, fileId: newId };
      },
    };
    const body = request.method === 'PATCH' ? request.streamBody() : null;
    const headers = new Headers([...request.headers].filter(([name]) => FORWARDED.has(name)));
    const init = { method: request.method, headers, body, ...(body && { duplex: 'half' as const }) };
    let answer: Response | null = null;
    try {
      answer = await traffic.receive({ roomId, participantId, address }, () =>
        files.store.upload(new Request(`http://files.invalid${request.path}`, init), uploader),
      );
    } finally {
      if (counted && !answer?.ok) await this.#end(counted);
    }
    if (request.method === 'DELETE' && answer.ok && fileId !== null) await this.#end({ folder, fileId });
    const reply = { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    // The engine says how long the body is.
    const { 'content-length': _, ...rest } = reply.headers;
    return { ...reply, headers: { ...rest, ...CORS } };
  }

  /** @throws UploadRefused when the room or the server has no space for another file of this size */
  async #admit(upload: FilePlace & BegunUpload, state: RoomState, address: string): Promise<void> {
    const { begun, files, rules, uploadsBegun } = this.#deps;
    const { bytes, folder } = upload;
    if (bytes > rules.maxBytes) throw refused('TOO_LARGE', `A file may have at most ${rules.maxBytes} bytes.`);
    const tooMany = refused('TOO_MANY_REQUESTS', 'Too many files at once. Wait until some are sent.');
    if (!begun.take(address)) throw tooMany;
    const free = rules.roomBytes - sharedFiles(state).reduce((sum, file) => sum + file.bytes, 0);
    const ofRoom = { ofOwner: MOST_OF_OWNER, files: MOST_IN_ROOM, bytes: free };
    const inRoom = await uploadsBegun.begin(folder, upload, ofRoom);
    if (inRoom === 'too many') throw tooMany;
    if (inRoom === 'full') throw refused('FILES_FULL', 'The files of this room have no more space: delete some first.');
    const freeBytes = await files.store.freeBytes();
    if (freeBytes === Number.POSITIVE_INFINITY) return;
    const ofStore = { ofOwner: MOST_IN_STORE, files: MOST_IN_STORE, bytes: freeBytes };
    const inStore = await uploadsBegun.begin(files.store.id, upload, ofStore);
    if (inStore === 'begun') return;
    await this.#end(upload);
    if (inStore === 'too many') throw tooMany;
    this.#deps.logger.warn({ bytes }, 'there is no space left for files');
    throw refused('FILES_FULL', 'The server has no more space for files.');
  }

  /** An upload is over: it is shared, or gone. A count that cannot be changed now is forgotten by itself. */
  async #uncount(find: () => Promise<FilePlace>): Promise<void> {
    const { files, logger, uploadsBegun } = this.#deps;
    try {
      const { folder, fileId } = await find();
      await Promise.all([uploadsBegun.end(folder, fileId), uploadsBegun.end(files.store.id, fileId)]);
    } catch (error) {
      logger.warn({ err: error }, 'an upload that is over counts until it is forgotten');
    }
  }

  #end(place: FilePlace): Promise<void> {
    return this.#uncount(async () => place);
  }
}

/** What tus reads; everything else of a request is none of its business. */
const FORWARDED = new Set([
  ...['content-type', 'content-length', 'tus-resumable', 'upload-length', 'upload-metadata', 'upload-offset'],
]);

/** A token of before its holder was removed is void, even if they are in the room again [R-REMOVE-1]. */
function requireHolder({ participantId, issuedAt }: Member & { readonly issuedAt: number }, state: RoomState) {
  return requireInside(participantId, { tokenIssuedAt: issuedAt }, state);
}

function requireFile(fileId: FileId, state: RoomState): SharedFile {
  const file = findFile(fileId, state);
  if (!file) throw fileNotFound();
  return file;
}

function fileNotFound(): WireRefusal {
  return new WireRefusal('FILE_NOT_FOUND', 'This file was deleted, or never came.');
}

function tooMany(): WireRefusal {
  return new WireRefusal('TOO_MANY_REQUESTS', 'Too many requests from your network. Wait a moment.');
}

function refused(code: ErrorCode, message: string): UploadRefused {
  return new UploadRefused(httpStatus(code), JSON.stringify({ error: { code, message } }));
}
