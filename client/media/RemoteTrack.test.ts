import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RemoteTrack } from './RemoteTrack.ts';

/** What is used of an element. On phones it may keep its volume. */
class Sound {
  muted = false;
  paused = true;
  srcObject: unknown = null;
  /** True if the browser wants a click first. */
  blocked = false;
  readonly #setsVolume: boolean;
  #volume = 1;

  constructor(setsVolume = true) {
    this.#setsVolume = setsVolume;
  }

  get element(): HTMLMediaElement {
    return this as unknown as HTMLMediaElement;
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    if (this.#setsVolume) this.#volume = volume;
  }

  async play(): Promise<void> {
    if (this.blocked && !this.muted) throw new DOMException('click first', 'NotAllowedError');
    this.paused = false;
  }
}

describe('RemoteTrack', () => {
  const blocked: HTMLMediaElement[] = [];
  const aSound = () => {
    const nothing = () => undefined;
    return new RemoteTrack(
      { trackId: 't', publisherId: 'p', source: 'microphone', kind: 'audio' },
      { attached: nothing, detached: nothing, swapped: nothing, playbackBlocked: (element) => blocked.push(element) },
    );
  };

  beforeEach(() => {
    blocked.length = 0;
    vi.stubGlobal('MediaStream', class {});
  });

  afterEach(() => void vi.unstubAllGlobals());

  it.each([true, false])('at volume 0 it is muted, and no longer above it; the element takes volumes: %s', (takes) => {
    const track = aSound();
    const [early, late] = [new Sound(takes), new Sound(takes)];
    track.attach(early.element);
    track.volume = 0;
    track.attach(late.element);
    expect([early.muted, late.muted]).toEqual([true, true]);
    track.volume = 0.3;
    expect([early.muted, late.muted]).toEqual([false, false]);
    expect([early.volume, late.volume]).toEqual(takes ? [0.3, 0.3] : [1, 1]);
  });

  it('an element that the application muted stays so, and one that is detached is as it was', () => {
    const track = aSound();
    const [own, other] = [new Sound(), new Sound()];
    own.muted = true;
    track.attach(own.element);
    track.attach(other.element);
    track.volume = 0;
    track.detach(other.element);
    track.volume = 1;
    expect([own.muted, other.muted]).toEqual([true, false]);
  });

  it('an element that the browser stops when it is no longer silent is reported as blocked', async () => {
    const track = aSound();
    const sound = new Sound();
    sound.blocked = true;
    track.volume = 0;
    track.attach(sound.element);
    await Promise.resolve();
    expect([sound.paused, blocked]).toEqual([false, []]);
    sound.paused = true;
    track.volume = 1;
    await vi.waitUntil(() => blocked.length === 1);
  });
});
