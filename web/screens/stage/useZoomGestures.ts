import { type Dispatch, type RefObject, type SetStateAction, useCallback, useEffect, useRef } from 'react';
import type { Box } from '../../lib/fitGrid.ts';
import { type Point, pan, type Zoom, zoomAt } from './zoom.ts';

/** One notch of a wheel is about 100 px, a step of a trackpad a few. */
const WHEEL_FACTOR_PER_PX = 1.0025;

interface Gestures {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly box: () => Box;
}

/** Zooms by wheel and by two fingers, and moves what is zoomed by pointer. */
export function useZoomGestures(active: boolean, setZoom: Dispatch<SetStateAction<Zoom>>): Gestures {
  const ref = useRef<HTMLDivElement>(null);
  const box = useCallback((): Box => {
    return { width: ref.current?.clientWidth ?? 0, height: ref.current?.clientHeight ?? 0 };
  }, []);

  useEffect(() => {
    const element = ref.current;
    if (!element || !active) return;
    const fingers = new Map<number, Point>();
    const pointOf = ({ clientX, clientY }: MouseEvent): Point => {
      const { left, top } = element.getBoundingClientRect();
      return { x: clientX - left, y: clientY - top };
    };
    const onWheel = (event: WheelEvent) => {
      event.preventDefault(); // Or the browser zooms the page.
      const factor = WHEEL_FACTOR_PER_PX ** -event.deltaY;
      setZoom((before) => zoomAt(before, factor, pointOf(event), box()));
    };
    const onPointerDown = (event: PointerEvent) => {
      fingers.set(event.pointerId, pointOf(event));
      element.setPointerCapture(event.pointerId);
    };
    const onPointerMove = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = pointOf(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, now);
      if (other === undefined) {
        setZoom((zoom) => pan(zoom, { x: now.x - before.x, y: now.y - before.y }, box()));
        return;
      }
      const factor = distance(now, other) / Math.max(1, distance(before, other));
      setZoom((zoom) => zoomAt(zoom, factor, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, box()));
    };
    const onPointerEnd = ({ pointerId }: PointerEvent) => fingers.delete(pointerId);
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('pointerdown', onPointerDown);
    element.addEventListener('pointermove', onPointerMove);
    element.addEventListener('pointerup', onPointerEnd);
    element.addEventListener('pointercancel', onPointerEnd);
    return () => {
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('pointerdown', onPointerDown);
      element.removeEventListener('pointermove', onPointerMove);
      element.removeEventListener('pointerup', onPointerEnd);
      element.removeEventListener('pointercancel', onPointerEnd);
    };
  }, [active, box, setZoom]);
  return { ref, box };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
