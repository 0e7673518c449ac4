/** Returns true for a field, which takes every letter, and for a menu, which goes to the action that begins with it. */
export function wantsLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) return true;
  return target.closest('[role="menu"], [role="alertdialog"], [role="dialog"]') !== null;
}

/** Returns true for what the space bar presses or opens. */
export function wantsSpace(target: EventTarget | null): boolean {
  return wantsLetters(target) || (target instanceof Element && target.closest('button, a, summary, [role]') !== null);
}
