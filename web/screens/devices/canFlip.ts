import { useState } from 'react';
import { facingOfLabel } from '../../model/facing.ts';

/** Phones have cameras that look both ways, even before they name them; elsewhere the names must say it. */
export function canFlip(cameras: readonly Pick<MediaDeviceInfo, 'label'>[], isPhone: boolean): boolean {
  const sides = new Set(cameras.map(({ label }) => facingOfLabel(label)));
  if (sides.has('user') && sides.has('environment')) return true;
  return isPhone && cameras.length !== 1;
}

/** Returns whether this is a phone or a tablet: it has a touch screen and no mouse. */
export function useIsPhone(): boolean {
  const [isPhone] = useState(() => navigator.maxTouchPoints > 0 && !matchMedia('(any-hover: hover)').matches);
  return isPhone;
}
