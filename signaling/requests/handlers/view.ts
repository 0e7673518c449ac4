import type { ViewerView } from '../../../core/view/view.ts';
import type { View } from '../../protocol/shapes.ts';

/** The last of several tiles of one track counts. */
export function toViewerView({ tiles }: View): ViewerView {
  return new Map(tiles.map(({ trackId, width, height, pinned }) => [trackId, { width, height, pinned }]));
}
