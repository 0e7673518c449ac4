export interface Size {
  /** Device pixels; 0 where nothing of it can be seen. */
  readonly width: number;
  readonly height: number;
}

const MAX_SIDE = 16_384;

/** How large elements are on the screen, in device pixels, and whether they are scrolled into sight. */
export class ElementSizes {
  readonly #sizes: ResizeObserver | undefined;
  readonly #sight: IntersectionObserver | undefined;
  readonly #hidden = new Set<Element>();

  constructor(changed: () => void) {
    if (typeof ResizeObserver !== 'undefined') this.#sizes = new ResizeObserver(changed);
    if (typeof IntersectionObserver === 'undefined') return;
    this.#sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.#hidden.delete(target);
        else this.#hidden.add(target);
      }
      changed();
    });
  }

  observe(element: Element): void {
    this.#sizes?.observe(element);
    this.#sight?.observe(element);
  }

  unobserve(element: Element): void {
    this.#sizes?.unobserve(element);
    this.#sight?.unobserve(element);
    this.#hidden.delete(element);
  }

  of(element: Element): Size {
    if (this.#hidden.has(element)) return { width: 0, height: 0 };
    const ratio = globalThis.devicePixelRatio || 1;
    const toPixels = (length: number): number => Math.min(MAX_SIDE, Math.round(length * ratio));
    return { width: toPixels(element.clientWidth), height: toPixels(element.clientHeight) };
  }

  close(): void {
    this.#sizes?.disconnect();
    this.#sight?.disconnect();
  }
}
