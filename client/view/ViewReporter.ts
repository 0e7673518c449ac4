import type { View } from '../../signaling/protocol/shapes.ts';
import { ElementSizes, type Size } from './ElementSizes.ts';

const DEBOUNCE_MS = 150;
/** Elements of a page that is turned to come together, and wait for their pictures. */
const TOGETHER_MS = 40;
/** More than any page shows. */
const MOST = 500;

/**
 * What this client shows and may show next, so that the server can choose what it sends: measured on the elements
 * that tracks are attached to, or set by the application. Undefined until either has happened; the server then sends
 * everything small.
 */
export class ViewReporter {
  /** What does not arrive comes along with the next request for entry. */
  readonly #send: (view: View) => void;
  readonly #room: { readonly pageSize: number };
  readonly #sizes = new ElementSizes(() => this.#changed());
  readonly #elements = new Map<Element, string>();
  readonly #pinned = new Set<string>();
  readonly #declined = new Set<string>();
  #near: readonly string[] | undefined;
  #maxHeight = Number.POSITIVE_INFINITY;
  #manual: View | undefined;
  #measured = false;
  #sent = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = 0;

  constructor(send: (view: View) => void, room: { readonly pageSize: number }) {
    this.#send = send;
    this.#room = room;
  }

  /** How many tiles a page should show at most: as the room says, else the server. */
  get pageSize(): number {
    return this.#room.pageSize;
  }

  attached(trackId: string, element: Element): void {
    this.#measured = true;
    this.#elements.set(element, trackId);
    this.#sizes.observe(element);
    this.#changed(TOGETHER_MS);
  }

  detached(element: Element): void {
    this.#elements.delete(element);
    this.#sizes.unobserve(element);
    this.#changed(TOGETHER_MS);
  }

  setPinned(trackId: string, pinned: boolean): void {
    if (pinned) this.#pinned.add(trackId);
    else this.#pinned.delete(trackId);
    this.#changed();
  }

  /**
   * Ends or resumes what is received of a track, whatever is attached to it. Whoever stops watching a shared screen
   * declines its sound too.
   */
  setDeclined(trackId: string, declined: boolean): void {
    if (declined) this.#declined.add(trackId);
    else this.#declined.delete(trackId);
    this.#changed();
  }

  /**
   * Asks for no more of a picture than a tile of this height (device pixels) needs; 0 for no pictures at all, null for
   * what fits the elements. For people whose network or battery is short.
   */
  limitHeight(maxHeight: number | null): void {
    this.#maxHeight = maxHeight ?? Number.POSITIVE_INFINITY;
    this.#changed();
  }

  /** The element is to show a video whose media has not come. Returns how to take that back; attaching it does, too. */
  reserve(trackId: string, element: Element): () => void {
    this.attached(trackId, element);
    return () => this.detached(element);
  }

  /**
   * Names video tracks that may be shown next, the likeliest first, such as those of the next page. Who calls it also
   * calls `reserve`: from now on large rooms send only what is shown, or named here.
   */
  setNear(trackIds: readonly string[]): void {
    this.#near = trackIds.slice(0, MOST);
    this.#changed();
  }

  /** Sets the view instead of measuring it; undefined measures again. */
  set(view: View | undefined): void {
    this.#manual = view;
    this.#changed();
  }

  current(): View | undefined {
    if (this.#manual !== undefined) return this.#manual;
    if (!this.#measured && this.#maxHeight > 0) return undefined;
    const near = this.#maxHeight === 0 ? [] : this.#near;
    const declined = [...this.#declined].slice(0, MOST);
    return {
      tiles: this.#tiles(),
      ...(near && { near: [...near] }),
      ...(declined.length > 0 && { declined }),
    };
  }

  #tiles(): View['tiles'] {
    const tiles = new Map<string, View['tiles'][number]>();
    if (this.#maxHeight === 0) return [];
    for (const [element, trackId] of this.#elements) {
      const { width, height } = limited(this.#sizes.of(element), this.#maxHeight);
      const known = tiles.get(trackId);
      if (this.#declined.has(trackId)) continue;
      if (width === 0 || height === 0 || (known !== undefined && known.height >= height)) continue;
      // A pinned track comes in its best layer, however small its tile.
      const pinned = this.#pinned.has(trackId) && this.#maxHeight === Number.POSITIVE_INFINITY;
      tiles.set(trackId, { trackId, width, height, pinned });
    }
    return [...tiles.values()].slice(0, MOST);
  }

  /** Called when the view went along with the request for entry. */
  sentWithEntry(): void {
    this.#sent = JSON.stringify(this.current());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#sizes.close();
  }

  #changed(withinMs = DEBOUNCE_MS): void {
    const dueAt = performance.now() + withinMs;
    if (this.#timer !== undefined && this.#dueAt <= dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const view = this.current();
      if (view === undefined || JSON.stringify(view) === this.#sent) return;
      this.#sent = JSON.stringify(view);
      this.#send(view);
    }, withinMs);
  }
}

function limited({ width, height }: Size, maxHeight: number): Size {
  if (height <= maxHeight) return { width, height };
  return { width: Math.max(1, Math.round((width * maxHeight) / height)), height: maxHeight };
}
