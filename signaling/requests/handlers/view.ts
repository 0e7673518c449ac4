import type { ViewerView } from '../../../core/view/view.ts';
import type { View } from '../../protocol/shapes.ts';

/** If one track has several tiles, the last one counts. */
export function toViewerView({ tiles }: View): ViewerView {
  return new Map(tiles.map(({ trackId, width, height, pinned }) => [trackId, { width, height, pinned }]));
}
