import type { TrackSource } from '../../client/index.ts';
import type { Word } from './Meeting.ts';

export const WORD_ON_STOPPED_SCREEN: Word = {
  title: 'A host stopped your screen share.',
  advice: 'Nobody sees your screen any more.',
};

export function wordOnHostsMute(source: TrackSource): Word {
  return source === 'microphone'
    ? { title: 'A host turned your microphone off.', advice: 'Turn it on again when you want to speak.' }
    : { title: `A host turned your ${source} off.`, advice: 'Only you can turn it on again.' };
}

export function wordOnLostDevice(source: TrackSource): Word {
  return { title: `Your ${source} is gone.`, advice: 'Plug it in again, or choose another one in the settings.' };
}
