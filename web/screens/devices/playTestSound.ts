import { type Notes, playNotes } from '../../lib/playNotes.ts';

const TEST: Notes = { hz: [523, 784], lengthS: 0.45, loudness: 0.25 };

/** See `playNotes`. */
export function playTestSound(speakerId: string | null): Promise<void> {
  return playNotes(TEST, speakerId);
}
