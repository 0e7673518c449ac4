/** The part of the browser's interface that is used; TypeScript does not know it yet. */
interface DocumentPictureInPicture {
  requestWindow(options: { readonly width: number; readonly height: number }): Promise<Window>;
}

const SIZE = { width: 400, height: 290 };

function documents(): DocumentPictureInPicture | null {
  const found: unknown = Reflect.get(window, 'documentPictureInPicture');
  return typeof found === 'object' && found !== null && 'requestWindow' in found
    ? (found as DocumentPictureInPicture)
    : null;
}

export function canShowWindow(): boolean {
  return documents() !== null;
}

export function canShowVideo(): boolean {
  return document.pictureInPictureEnabled;
}

/**
 * Opens a small window that stays above all others, in the looks of this page.
 * @throws DOMException when the browser refuses, such as without a click
 */
export async function openWindow(): Promise<Window> {
  const opened = await documents()?.requestWindow(SIZE);
  if (opened === undefined) throw new DOMException('There are no such windows here.', 'NotSupportedError');
  const { document: inside } = opened;
  for (const { name, value } of document.documentElement.attributes) inside.documentElement.setAttribute(name, value);
  for (const sheet of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
    const link = inside.createElement('link');
    link.rel = 'stylesheet';
    link.href = sheet.href;
    inside.head.append(link);
  }
  inside.title = document.title;
  return opened;
}

/**
 * Shows a video in the browser's own small window once it has a picture, unless that is no longer wanted.
 * @throws DOMException when the browser refuses, such as without a click
 */
export async function openVideo(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  if (video.readyState === HTMLMediaElement.HAVE_NOTHING) {
    await new Promise((resolve) => video.addEventListener('loadedmetadata', resolve, { once: true, signal }));
  }
  if (!signal.aborted) await video.requestPictureInPicture();
}

/** Does nothing if another element, or none, is shown there. */
export function closeVideo(video: HTMLVideoElement): void {
  if (document.pictureInPictureElement !== video) return;
  document.exitPictureInPicture().catch((error: unknown) => console.debug('it is closed already', error));
}
