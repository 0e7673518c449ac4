import type { ViewerView } from '../../../core/view/view.ts';
import type { View } from '../../protocol/shapes.ts';

/** If one track has several tiles, the last one counts. */
export function toViewerView({ tiles, near, declined }: View): ViewerView {
  return {
    tiles: new Map(tiles.map(({ trackId, width, height, pinned }) => [trackId, { width, height, pinned }])),
    near: near ?? null,
    ...(declined && { declined: new Set(declined) }),
  };
}
