import type { MediaProblem } from './mediaProblem.ts';

/** Where people find the switch that lets this page use a camera or a microphone. */
export type PermissionHelp =
  | 'chrome'
  | 'firefox'
  | 'safari'
  | 'ios'
  | 'androidChrome'
  | 'androidFirefox'
  | 'macos'
  | 'windows'
  | 'otherSystem';

/** Returns the help for a browser and its system; null if permission is not what is missing. */
export function permissionHelpFor(
  problem: MediaProblem,
  userAgent: string,
  touchPoints: number,
): PermissionHelp | null {
  if (problem === 'system') return systemOf(userAgent);
  if (problem !== 'denied') return null;
  // An iPad says that it is a Mac.
  if (/iPhone|iPad|iPod/u.test(userAgent) || (/Macintosh/u.test(userAgent) && touchPoints > 1)) return 'ios';
  const isFirefox = /Firefox\//u.test(userAgent);
  if (/Android/u.test(userAgent)) return isFirefox ? 'androidFirefox' : 'androidChrome';
  if (isFirefox) return 'firefox';
  return /Safari\//u.test(userAgent) && !/Chrom(e|ium)\//u.test(userAgent) ? 'safari' : 'chrome';
}

function systemOf(userAgent: string): PermissionHelp {
  if (/Macintosh/u.test(userAgent)) return 'macos';
  return /Windows/u.test(userAgent) ? 'windows' : 'otherSystem';
}
