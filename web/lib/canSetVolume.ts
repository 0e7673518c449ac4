/**
 * Resolves to whether this browser lets a page say how loud it plays. On iPhones and iPads only the person's buttons
 * do: an element there may take a volume, and has its own again in the next task.
 */
export async function canSetVolume(element: Pick<HTMLMediaElement, 'volume'>): Promise<boolean> {
  element.volume = 0.5;
  await new Promise((resolve) => setTimeout(resolve));
  return element.volume === 0.5;
}
