/** As large as a camera's picture is sent. */
const SIZE = { width: 1_280, height: 720 };
const STORE = 'everroom.background';
const KEY = '/own-background';

/**
 * The picture that stands behind the person in place of a blur. This browser keeps it; others get it only as a part of
 * the person's video.
 */
class OwnBackground {
  readonly #listeners = new Set<() => void>();
  #picture: Promise<Blob | null> | null = null;
  #exists = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether there is one, as far as is known yet. */
  readonly getSnapshot = (): boolean => this.#exists;

  read(): Promise<Blob | null> {
    this.#picture ??= readKept().then((picture) => {
      this.#know(picture);
      return picture;
    });
    return this.#picture;
  }

  /** @throws DOMException if the file is no picture that this browser reads */
  async choose(file: Blob): Promise<void> {
    const picture = await toBackground(file);
    this.#picture = Promise.resolve(picture);
    this.#know(picture);
    await keep(picture);
  }

  async remove(): Promise<void> {
    this.#picture = Promise.resolve(null);
    this.#know(null);
    await keep(null);
  }

  #know(picture: Blob | null): void {
    this.#exists = picture !== null;
    for (const listener of this.#listeners) listener();
  }
}

export const ownBackground = new OwnBackground();

/** Cut to the form of a camera's picture, in its middle. */
async function toBackground(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, SIZE);
  const scale = Math.max(SIZE.width / bitmap.width, SIZE.height / bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const context = canvas.getContext('2d');
  context?.drawImage(bitmap, (SIZE.width - width) / 2, (SIZE.height - height) / 2, width, height);
  bitmap.close();
  return new Promise((resolve, reject) => {
    const give = (made: Blob | null) =>
      made ? resolve(made) : reject(new DOMException('no picture', 'EncodingError'));
    canvas.toBlob(give, 'image/jpeg', 0.9);
  });
}

async function readKept(): Promise<Blob | null> {
  try {
    const kept = await (await caches.open(STORE)).match(KEY);
    return kept ? await kept.blob() : null;
  } catch (error) {
    console.debug('no background is kept', error);
    return null;
  }
}

/** Storage may be forbidden: the picture then lasts as long as the page. */
async function keep(picture: Blob | null): Promise<void> {
  try {
    const store = await caches.open(STORE);
    if (picture) await store.put(KEY, new Response(picture));
    else await store.delete(KEY);
  } catch (error) {
    console.warn('the background is not kept', error);
  }
}
