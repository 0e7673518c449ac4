import { t } from '../i18n/i18n.ts';

/**
 * Why a camera or microphone does not work, as far as the person can do something about it. system: the person allowed
 * it, and the operating system does not.
 */
export type MediaProblem = 'denied' | 'system' | 'missing' | 'busy' | 'insecure' | 'lost' | 'unknown';

export function mediaProblemOf(error: unknown): MediaProblem {
  if (!(error instanceof DOMException)) return 'unknown';
  switch (error.name) {
    case 'NotAllowedError':
      return /system/iu.test(error.message) ? 'system' : 'denied';
    case 'SecurityError':
      return 'insecure';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'unknown';
  }
}

/** What happened and what to do, for one device or both. */
export function describeMediaProblem(problem: MediaProblem, device: 'camera' | 'microphone' | 'both'): string {
  return t(`devices:problem.${problem}.${device}`);
}
