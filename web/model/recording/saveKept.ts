import { saveBlob } from '../../lib/saveFile.ts';
import { type KeptRecording, openKept, openSpare, removeKept } from './keptRecordings.ts';
import { toSavedName } from './recordingName.ts';
import { type Part, writeSeekable } from './writeSeekable.ts';

/** Asks for a place among the person's files; browsers that cannot do that download to theirs. */
type Pick = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;

/**
 * Saves a recording as a file of the person's, with its length and an index for jumping in it. Where the browser says
 * that the file is complete, the kept one is removed: returns true then.
 * @throws DOMException AbortError if the person picks no place
 */
export async function saveKept(recording: KeptRecording): Promise<boolean> {
  const target = await pickTarget(toSavedName(recording));
  const kept = await openKept(recording.name);
  if (!target) {
    saveBlob(toSavedName(recording), await toDownload(recording, kept));
    return false;
  }
  await copyTo(target, recording, kept);
  await removeKept(recording.name);
  return true;
}

async function pickTarget(suggestedName: string): Promise<FileSystemFileHandle | null> {
  if (!('showSaveFilePicker' in window)) return null;
  try {
    return await (window.showSaveFilePicker as Pick)({ suggestedName });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    // A frame may not ask.
    return null;
  }
}

/** Browsers without files that can be written in the page get the recording as it is. */
async function toDownload(recording: KeptRecording, kept: File): Promise<File> {
  try {
    const spare = await openSpare();
    await copyTo(spare, recording, kept);
    return await spare.getFile();
  } catch (error) {
    console.warn('the recording is saved without an index', error);
    return kept;
  }
}

async function copyTo(target: FileSystemFileHandle, { container }: KeptRecording, kept: File): Promise<void> {
  const writable = await target.createWritable();
  try {
    await writeSeekable(kept, container, (part: Part) => writable.write(part));
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => undefined);
    if (error instanceof DOMException && error.name === 'QuotaExceededError') throw error;
    console.warn('the recording is saved without an index', error);
    // What is there plays all the same.
    await kept.stream().pipeTo(await target.createWritable());
  }
}
