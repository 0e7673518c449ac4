import type { Box } from '../../lib/fitGrid.ts';

/** A picture in its box: how much larger than the box, and how far its corner lies beyond that of the box (px). */
export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
/** One press of a button. */
export const STEP = 1.5;
const MOST = 8;

/** Enlarges the picture by a factor. What is at the point stays there, as far as the picture still fills the box. */
export function zoomAt(zoom: Zoom, factor: number, at: Point, box: Box): Zoom {
  const scale = Math.min(MOST, Math.max(1, zoom.scale * factor));
  const grown = scale / zoom.scale;
  return within({ scale, x: at.x - (at.x - zoom.x) * grown, y: at.y - (at.y - zoom.y) * grown }, box);
}

export function pan(zoom: Zoom, by: Point, box: Box): Zoom {
  return within({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, box);
}

export function zoomAtCentre(zoom: Zoom, factor: number, box: Box): Zoom {
  return zoomAt(zoom, factor, { x: box.width / 2, y: box.height / 2 }, box);
}

function within({ scale, x, y }: Zoom, { width, height }: Box): Zoom {
  if (scale === 1) return WHOLE;
  return { scale, x: Math.min(0, Math.max(width * (1 - scale), x)), y: Math.min(0, Math.max(height * (1 - scale), y)) };
}
