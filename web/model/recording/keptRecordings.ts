import { listParted, openParted, removeParted } from './recordedParts.ts';
import { parseRecordingName, type RecordingTitle } from './recordingName.ts';

/** Recordings that this browser keeps in its own part of the disk, until the person saves or deletes them. */

export const RECORDINGS_FOLDER = 'recordings';
const SPARE_FOLDER = 'recordings-to-save';

export interface KeptRecording extends RecordingTitle {
  /** The name of its file. */
  readonly name: string;
  readonly bytes: number;
  /** By the last part that was written. */
  readonly durationMs: number;
}

/** All pages of this browser hear of a change. */
const changes = 'BroadcastChannel' in globalThis ? new BroadcastChannel('everroom.recordings') : null;
const listeners = new Set<() => void>();
changes?.addEventListener('message', tellListeners);

/** A page that records may crash and tell nobody: what `listKept` left out is looked at again when its lock is free. */
export function onKeptChanged(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function keptChanged(): void {
  tellListeners();
  changes?.postMessage('changed');
}

function tellListeners(): void {
  for (const listener of listeners) listener();
}

/** While a page writes a recording it holds this lock; the browser takes it away from a page that is gone. */
export function lockOf(name: string): string {
  return `everroom.recording.${name}`;
}

const awaited = new Set<string>();

function tellWhenFree(lock: string): void {
  if (awaited.has(lock)) return;
  awaited.add(lock);
  void navigator.locks
    .request(lock, { mode: 'shared' }, () => undefined)
    .catch((error: unknown) => console.warn('a recording cannot be watched', error))
    .then(() => {
      awaited.delete(lock);
      tellListeners();
    });
}

/** Returns what is kept and not being written, the newest first; nothing if this browser keeps nothing. */
export async function listKept(): Promise<KeptRecording[]> {
  const [folder, parted] = await Promise.all([openFolder(), listParted()]);
  if (!folder && parted.length === 0) return [];
  const { held = [] } = await navigator.locks.query();
  const busy = new Set(held.map((lock) => lock.name));
  const isWritten = (name: string) => {
    const lock = lockOf(name);
    if (busy.has(lock)) tellWhenFree(lock);
    return busy.has(lock);
  };
  const kept: KeptRecording[] = [];
  const add = (name: string, bytes: number, writtenAt: number) => {
    const title = parseRecordingName(name);
    if (title) kept.push({ ...title, name, bytes, durationMs: Math.max(0, writtenAt - title.begunAt) });
  };
  for (const { name, bytes, writtenAt } of parted) if (!isWritten(name)) add(name, bytes, writtenAt);
  for await (const [name, handle] of folder?.entries() ?? []) {
    if (!parseRecordingName(name) || handle.kind !== 'file' || isWritten(name)) continue;
    const { size, lastModified } = await (handle as FileSystemFileHandle).getFile();
    // A page that was gone before its first part was written.
    if (size === 0) await folder?.removeEntry(name).catch(() => undefined);
    else add(name, size, lastModified);
  }
  return kept.sort((a, b) => b.begunAt - a.begunAt);
}

/** @throws DOMException if it is gone */
export async function openKept(name: string): Promise<File> {
  const parted = await openParted(name);
  if (parted) return parted;
  const folder = await openFolder();
  if (!folder) throw new DOMException('nothing is kept', 'NotFoundError');
  return (await folder.getFileHandle(name)).getFile();
}

export async function removeKept(name: string): Promise<void> {
  await removeParted(name);
  const folder = await openFolder();
  await folder?.removeEntry(name).catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
  });
  keptChanged();
}

/** Returns an empty file for what is about to be downloaded; the one before is gone with it. */
export async function openSpare(): Promise<FileSystemFileHandle> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(SPARE_FOLDER, { create: true });
  for await (const name of folder.keys()) await folder.removeEntry(name).catch(() => undefined);
  return folder.getFileHandle(crypto.randomUUID(), { create: true });
}

async function openFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(RECORDINGS_FOLDER);
  } catch {
    // Nothing was ever recorded, or this browser has no such place.
    return null;
  }
}
