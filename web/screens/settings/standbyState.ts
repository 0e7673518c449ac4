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
  switch (state) {
    case 'off':
      return { text: '', isProblem: false };
    case 'forbidden':
      return { text: 'Whoever runs this server does not allow it.', isProblem: true };
    case 'nowhere':
      return { text: 'No second server is there now. It is used as soon as there is one.', isProblem: true };
    case 'opening':
      return { text: 'Your second place is being made ready.', isProblem: false };
    case 'ready':
      return { text: 'Your second place is ready.', isProblem: false };
  }
}
