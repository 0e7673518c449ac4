import type { LiveReencoding } from '../../view/mediaSteps.ts';

/** The viewers that an attachment serves, whether or not its media are good enough to show at the moment. */
type Serving =
  | { readonly type: 'serving' }
  /** Its sidecar wants to give the track back: it serves until another sidecar does. */
  | { readonly type: 'handingOver'; readonly since: number };

/** The life of an attachment. Times are in ms of any clock. */
export type AttachmentState =
  | Serving
  /** A newer attachment serves the viewers. `before`: the phase that this one returns to if the newer one fails. */
  | { readonly type: 'superseded'; readonly since: number; readonly before: Serving }
  /** Its viewers go back to the source. */
  | { readonly type: 'leaving'; readonly since: number }
  | { readonly type: 'closed' };

/** How long an attachment waits for the one that takes over from it. */
const HAND_OVER_WITHIN_MS = 10_000;
/** Viewers have this long to see a picture of what they receive instead. */
const LEAVE_WITHIN_MS = 3_000;

export const SERVING: AttachmentState = { type: 'serving' };
export const CLOSED: AttachmentState = { type: 'closed' };

/** Its sidecar wants to give the track back. */
export function handOver(state: AttachmentState, now: number): AttachmentState {
  if (state.type === 'serving') return { type: 'handingOver', since: now };
  if (state.type !== 'superseded' || state.before.type !== 'serving') return state;
  return { ...state, before: { type: 'handingOver', since: now } };
}

/** The wish for the reencoded track ended. */
export function leave(state: AttachmentState, now: number): AttachmentState {
  return state.type === 'leaving' || state.type === 'closed' ? state : { type: 'leaving', since: now };
}

/** Time has passed. `hasSuccessor`: whether a newer attachment is ready. */
export function advance(state: AttachmentState, hasSuccessor: boolean, now: number): AttachmentState {
  switch (state.type) {
    case 'serving':
      return hasSuccessor ? { type: 'superseded', since: now, before: state } : state;
    case 'handingOver':
      if (hasSuccessor) return { type: 'superseded', since: now, before: state };
      return now - state.since > HAND_OVER_WITHIN_MS ? leave(state, now) : state;
    case 'superseded':
      return hasSuccessor ? state : advance(state.before, false, now);
    case 'leaving':
    case 'closed':
      return state;
  }
}

/**
 * Returns why nobody needs the attachment any more; null while somebody may. `isFlowing`: whether a viewer receives
 * from it.
 */
export function endOf(state: AttachmentState, isFlowing: boolean, now: number): 'handed over' | 'over' | null {
  if (state.type !== 'superseded' && state.type !== 'leaving') return null;
  if (isFlowing && now - state.since <= LEAVE_WITHIN_MS) return null;
  return state.type === 'superseded' ? 'handed over' : 'over';
}

/** How the media plan sees it. `isReady`: whether its media are good enough to show. */
export function phaseOf({ type }: AttachmentState, isReady: boolean): LiveReencoding['phase'] {
  if (!isReady) return 'warming';
  return type === 'leaving' ? 'leaving' : 'ready';
}
