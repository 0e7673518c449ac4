import type { Box } from '../../lib/fitGrid.ts';
import { hueOf, initialsOf } from '../../lib/initials.ts';
import type { Place } from './composition.ts';
import type { SeenMedia } from './seen.ts';

/** A place with what is drawn there. */
export interface Scene extends Place {
  readonly name: string;
  /** Null while there is no live picture: the initials stand there instead. */
  readonly media: SeenMedia | null;
}

interface Source {
  readonly attach: SeenMedia['attach'];
  readonly video: HTMLVideoElement;
  readonly detach: () => void;
}

const FONT = 'system-ui, sans-serif';
const BACKGROUND = '#0d1412';
const PLATE = '#1f2a26';

/** Draws a meeting into one picture of constant size. */
export class Picture {
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  /** On the page, and not to be seen: what is not on the page is not sent. */
  readonly #ground = document.createElement('div');
  readonly #sources = new Map<string, Source>();
  #stream: MediaStream | undefined;
  #scenes: readonly Scene[] = [];

  constructor({ width, height }: Box) {
    Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (!context) throw new DOMException('no canvas', 'NotSupportedError');
    this.#context = context;
    this.#ground.className = 'recording-ground';
    this.#ground.inert = true;
    document.body.append(this.#ground);
  }

  /** A picture for each time it is drawn. */
  get track(): MediaStreamTrack | undefined {
    this.#stream ??= this.#canvas.captureStream();
    return this.#stream.getVideoTracks()[0];
  }

  set(scenes: readonly Scene[]): void {
    this.#scenes = scenes;
    const wanted = new Map(scenes.map((scene) => [keyOf(scene), scene]));
    for (const [key, source] of this.#sources) {
      if (wanted.get(key)?.media?.attach === source.attach) continue;
      source.detach();
      source.video.remove();
      this.#sources.delete(key);
    }
    for (const [key, scene] of wanted) {
      const { media, rect } = scene;
      if (!media) continue;
      const source = this.#sources.get(key) ?? this.#open(key, media);
      // The server sends what suits this size.
      const ratio = devicePixelRatio || 1;
      source.video.style.setProperty('width', `${rect.width / ratio}px`);
      source.video.style.setProperty('height', `${rect.height / ratio}px`);
    }
  }

  draw(): void {
    const context = this.#context;
    context.fillStyle = BACKGROUND;
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    for (const scene of this.#scenes) {
      const { left, top, width, height } = scene.rect;
      context.save();
      context.beginPath();
      context.roundRect(left, top, width, height, 10);
      context.clip();
      context.fillStyle = PLATE;
      context.fillRect(left, top, width, height);
      const video = this.#sources.get(keyOf(scene))?.video;
      if (video && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0) {
        this.#drawVideo(video, scene);
      } else this.#drawInitials(scene);
      this.#drawName(scene);
      context.restore();
    }
  }

  close(): void {
    this.set([]);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#ground.remove();
  }

  #open(key: string, media: SeenMedia): Source {
    const video = document.createElement('video');
    video.muted = true;
    video.autoplay = true;
    video.playsInline = true;
    this.#ground.append(video);
    const source = { attach: media.attach, video, detach: media.attach(video) };
    this.#sources.set(key, source);
    return source;
  }

  /** A screen is shown whole; a face may lose its edges. */
  #drawVideo(video: HTMLVideoElement, { kind, rect }: Scene): void {
    const { left, top, width, height } = rect;
    const scales = [width / video.videoWidth, height / video.videoHeight];
    const scale = kind === 'screen' ? Math.min(...scales) : Math.max(...scales);
    const [w, h] = [video.videoWidth * scale, video.videoHeight * scale];
    this.#context.drawImage(video, left + (width - w) / 2, top + (height - h) / 2, w, h);
  }

  #drawInitials({ id, name, rect }: Scene): void {
    const context = this.#context;
    const [x, y] = [rect.left + rect.width / 2, rect.top + rect.height / 2];
    const radius = Math.min(rect.width, rect.height) * 0.24;
    context.fillStyle = `oklch(0.42 0.075 ${hueOf(id)})`;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = '#ffffff';
    context.font = `600 ${Math.round(radius * 0.8)}px ${FONT}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(initialsOf(name), x, y);
  }

  #drawName({ name, rect }: Scene): void {
    const context = this.#context;
    const size = Math.round(Math.min(22, Math.max(12, rect.height * 0.07)));
    context.font = `600 ${size}px ${FONT}`;
    context.textAlign = 'start';
    context.textBaseline = 'middle';
    const width = Math.min(context.measureText(name).width, rect.width - 3 * size);
    const [left, middle] = [rect.left + size * 0.6, rect.top + rect.height - size * 1.4];
    context.fillStyle = 'rgb(0 0 0 / 0.6)';
    context.beginPath();
    context.roundRect(left, middle - size * 0.85, width + size, size * 1.7, size * 0.5);
    context.fill();
    context.fillStyle = '#ffffff';
    context.fillText(name, left + size * 0.5, middle, rect.width - 3 * size);
  }
}

function keyOf({ id, kind }: Place): string {
  return `${kind}:${id}`;
}
