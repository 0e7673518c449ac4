import { useEffect, useState } from 'react';
import { canSetVolume } from './canSetVolume.ts';

/** Asked once: a browser does not change its mind. */
let asked: Promise<boolean> | undefined;
let answer = true;

/** Returns whether this browser lets the page say how loud it plays; true until it has shown. */
export function useCanSetVolume(): boolean {
  const [can, setCan] = useState(answer);
  useEffect(() => {
    asked ??= canSetVolume(new Audio());
    void asked.then((outcome) => {
      answer = outcome;
      setCan(outcome);
    });
  }, []);
  return can;
}
