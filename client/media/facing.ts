/** Where a camera looks: at the person who holds the device, or away from them. */
export type Facing = 'user' | 'environment';

/** Returns null if neither the browser nor the camera's name says it. */
export function facingOf(track: Pick<MediaStreamTrack, 'label' | 'getSettings'>): Facing | null {
  const { facingMode } = track.getSettings();
  if (facingMode === 'user' || facingMode === 'environment') return facingMode;
  return facingOfLabel(track.label);
}

/** Reads it from the name of a camera, as phones give it: "camera2 1, facing front", "Back Dual Wide Camera". */
export function facingOfLabel(label: string): Facing | null {
  if (/\b(back|rear|environment)\b/iu.test(label)) return 'environment';
  return /\b(front|user|selfie|facetime)\b/iu.test(label) ? 'user' : null;
}

/** Returns where the camera looks after a flip. */
export function oppositeOf(facing: Facing | null): Facing {
  return facing === 'environment' ? 'user' : 'environment';
}
