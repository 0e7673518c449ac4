import { t } from '../../i18n/i18n.ts';
import type { HotStandby } from '../../model/Meeting.ts';

interface StandbyState {
  /** A sentence for hosts; empty when there is nothing to say. */
  readonly text: string;
  /** True if what the room wants cannot be had now. */
  readonly isProblem: boolean;
}

/** Whether the room asks for a second place, by its own choice or by that of the server. */
export function isStandbyOn({ choice, state }: HotStandby): boolean {
  return choice === 'on' || (choice === 'auto' && state !== 'off');
}

/** Returns what comes of the wish for a second place, as this person's own shows. */
export function standbyState({ state }: HotStandby): StandbyState {
  if (state === 'off') return { text: '', isProblem: false };
  return { text: t(`settings:standbyState.${state}`), isProblem: state === 'forbidden' || state === 'nowhere' };
}
