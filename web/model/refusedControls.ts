import { t } from '../i18n/i18n.ts';
import type { MeetingSnapshot, Person } from './Meeting.ts';

export interface RefusedControls {
  /** Why the person may not turn it on now; null if they may. */
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly screen: string | null;
}

/** Why the person cannot react now; null if they can. Reactions are for the moment: none waits for the connection. */
export function refusedReaction({ connection }: Pick<MeetingSnapshot, 'connection'>): string | null {
  return connection === 'reconnecting' ? t('controls:refused.react') : null;
}

/** What somebody may not turn on; what is on can always be turned off. */
export function refusedControls({ grants, microphone, camera, screen }: Person): RefusedControls {
  const speaks = microphone !== null && !microphone.muted;
  const shown = camera !== null && !camera.muted;
  const may = (source: 'microphone' | 'camera' | 'screen') => grants.sources.includes(source);
  return {
    microphone: speaks || (grants.unmute && may('microphone')) ? null : t('controls:refused.microphone'),
    camera: shown || may('camera') ? null : t('controls:refused.camera'),
    screen: screen !== null || may('screen') ? null : t('controls:refused.screen'),
  };
}
