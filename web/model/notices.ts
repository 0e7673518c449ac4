import type { TrackSource } from '../../client/index.ts';
import type { Notice } from './Meeting.ts';

export const STOPPED_SCREEN_NOTICE: Notice = {
  title: 'A host stopped your screen share.',
  advice: 'Nobody sees your screen any more.',
};

export function hostMuteNotice(source: TrackSource, mayUnmute: boolean): Notice {
  if (source === 'microphone' && !mayUnmute) {
    return { title: 'A host turned your microphone off.', advice: 'Raise your hand to ask for it.' };
  }
  return source === 'microphone'
    ? { title: 'A host turned your microphone off.', advice: 'Turn it on again when you want to speak.' }
    : { title: `A host turned your ${source} off.`, advice: 'Only you can turn it on again.' };
}

export function lostDeviceNotice(source: TrackSource): Notice {
  return { title: `Your ${source} is gone.`, advice: 'Plug it in again, or choose another one in the settings.' };
}
