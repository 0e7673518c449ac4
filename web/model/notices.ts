import type { TrackSource } from '../../client/index.ts';
import { t } from '../i18n/i18n.ts';
import type { EffectProblem } from './effects/Effect.ts';
import type { EffectName } from './effects/Effects.ts';
import type { Notice } from './Meeting.ts';

export function effectNotice(name: EffectName, problem: EffectProblem): Notice {
  return { title: t(`effects:${name}.ended`), advice: t(`effects:${name}.${problem}`) };
}

export function stoppedScreenNotice(): Notice {
  return { title: t('meeting:stoppedScreen.title'), advice: t('meeting:stoppedScreen.advice') };
}

export function hostMuteNotice(source: TrackSource, mayUnmute: boolean): Notice {
  const what = source !== 'microphone' ? 'onlyYou' : mayUnmute ? 'turnOnAgain' : 'askByHand';
  return { title: t(`meeting:muted.${source}`), advice: t(`meeting:muted.${what}`) };
}

export function lostDeviceNotice(source: TrackSource): Notice {
  return { title: t(`meeting:lost.${source}`), advice: t('meeting:lost.advice') };
}

/** Neither another camera nor the one before could be opened. */
export function stoppedCameraNotice(): Notice {
  return { title: t('meeting:cameraStopped.title'), advice: t('meeting:cameraStopped.advice') };
}

export function replacedDeviceNotice(source: TrackSource, label: string): Notice {
  return { title: t(`meeting:lost.${source}`), advice: t('devices:replacedBy', { device: label }) };
}
