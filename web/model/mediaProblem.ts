/** Why a camera or microphone does not work, as far as the person can do something about it. */
export type MediaProblem = 'denied' | 'missing' | 'busy' | 'insecure' | 'lost' | 'unknown';

export function mediaProblemOf(error: unknown): MediaProblem {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return 'denied';
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

const ALLOW_IT = 'Allow it with the icon beside the address, then try again.';

/** What happened and what to do, for one device or both. */
export function describeMediaProblem(problem: MediaProblem, device: string): string {
  switch (problem) {
    case 'denied':
      return `Your browser does not allow this page to use your ${device}. ${ALLOW_IT}`;
    case 'missing':
      return `No ${device} was found. Plug one in, or join without.`;
    case 'busy':
      return `Your ${device} is used by another program, or did not start. Close the other program, then try again.`;
    case 'insecure':
      return `Browsers allow a ${device} only on https pages. Open this meeting over https, or join without.`;
    case 'lost':
      return `Your ${device} was unplugged. Plug it in again, or choose another one.`;
    case 'unknown':
      return `Your ${device} did not start. Try again, or join without.`;
  }
}
