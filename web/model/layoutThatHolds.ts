import type { RoomLayout } from '../../client/index.ts';

/** A person's own choice of a layout, and what the hosts' was then (its `at`; null if there was none). */
export interface OwnLayout<Layout> {
  readonly layout: Layout;
  readonly despite: number | null;
}

/**
 * Returns the layout that a page shows. The hosts' layout holds unless the person chose another one since: a choice of
 * before is overruled, and holds again once the hosts leave the layout to everybody.
 */
export function layoutThatHolds<Layout>(
  own: OwnLayout<Layout> | null,
  forAll: { readonly layout: RoomLayout; readonly at: number } | null,
  byDefault: Layout,
): Layout | RoomLayout {
  if (forAll === null) return own?.layout ?? byDefault;
  return own?.despite === forAll.at ? own.layout : forAll.layout;
}
