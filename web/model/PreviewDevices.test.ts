import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../test/support/waitUntil.ts';
import { Effects } from './effects/Effects.ts';
import type { InputKind } from './inputAccess.ts';
import { PreviewDevices } from './PreviewDevices.ts';

const KINDS = ['camera', 'microphone'] as const;

class DeviceTrack extends EventTarget {
  readyState = 'live';
  readonly kind: string;

  constructor(kind: InputKind) {
    super();
    this.kind = kind === 'camera' ? 'video' : 'audio';
  }

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): MediaTrackSettings {
    return {};
  }
}

/** A browser with one camera and one microphone, and what it may do with them. */
class Browser {
  readonly asked: string[] = [];
  readonly tracks: DeviceTrack[] = [];
  permissions: Record<InputKind, PermissionState | null>;
  /** What the person answers when asked. */
  answer: 'granted' | 'denied' | 'dismissed' = 'granted';
  missing: readonly InputKind[] = [];
  /** Called while the page waits for the permissions. */
  meanwhile: () => void = () => undefined;
  readonly preview: PreviewDevices;

  constructor(camera: PermissionState | null, microphone: PermissionState | null) {
    this.permissions = { camera, microphone };
    const noEffect = () => Promise.reject(new Error('no effects here'));
    const choice = { wanted: true, deviceId: null };
    const access = { open: (constraints: MediaStreamConstraints) => this.#open(constraints), permissions: this.#tell };
    const effects = new Effects({ blur: noEffect, noise: noEffect });
    this.preview = new PreviewDevices({ camera: choice, microphone: choice }, effects, access);
  }

  async start(): Promise<string[]> {
    this.preview.start();
    return this.ends();
  }

  /** Returns what each input ends as. */
  async ends(): Promise<string[]> {
    const all = () => KINDS.map((kind) => this.preview.getSnapshot()[kind]);
    await waitUntil(() => all().every(({ starting }) => !starting) || 'an input is still starting');
    return all().map(({ track, problem }) => problem ?? (track === null ? 'off' : 'open'));
  }

  readonly #tell = async () => {
    const { permissions } = this;
    await Promise.resolve();
    this.meanwhile();
    return permissions;
  };

  async #open({ video, audio }: MediaStreamConstraints): Promise<MediaStream> {
    const kinds = KINDS.filter((kind) => (kind === 'camera' ? video : audio));
    this.asked.push(kinds.join('+'));
    if (kinds.some((kind) => this.permissions[kind] === 'denied')) throw new DOMException('no', 'NotAllowedError');
    const asks = kinds.filter((kind) => this.permissions[kind] !== 'granted');
    if (asks.length > 0 && this.answer === 'dismissed') throw new DOMException('no', 'NotAllowedError');
    const answers = Object.fromEntries(asks.map((kind) => [kind, this.answer]));
    this.permissions = { ...this.permissions, ...answers };
    if (asks.length > 0 && this.answer === 'denied') throw new DOMException('no', 'NotAllowedError');
    if (kinds.some((kind) => this.missing.includes(kind))) throw new DOMException('none', 'NotFoundError');
    const tracks = kinds.map((kind) => new DeviceTrack(kind));
    this.tracks.push(...tracks);
    // The only method of a stream that is used.
    return { getTracks: () => tracks } as unknown as MediaStream;
  }
}

describe('PreviewDevices', () => {
  it('one question asks for camera and microphone', async () => {
    const browser = new Browser('prompt', 'prompt');
    await expect(browser.start()).resolves.toEqual(['open', 'open']);
    expect(browser.asked).toEqual(['camera+microphone']);
  });

  it('of two inputs the one that the browser blocks is said, and the other one opens', async () => {
    await expect(new Browser('prompt', 'denied').start()).resolves.toEqual(['open', 'denied']);
    await expect(new Browser('denied', 'granted').start()).resolves.toEqual(['denied', 'open']);
  });

  it('a person who says no is not asked again, whether or not the browser remembers it', async () => {
    for (const answer of ['denied', 'dismissed'] as const) {
      const browser = new Browser('prompt', 'prompt');
      browser.answer = answer;
      await expect(browser.start()).resolves.toEqual(['denied', 'denied']);
      expect(browser.asked).toEqual(['camera+microphone']);
    }
  });

  it('a person who says no to the one that is not yet allowed keeps the other one', async () => {
    const browser = new Browser('prompt', 'granted');
    browser.answer = 'dismissed';
    await expect(browser.start()).resolves.toEqual(['denied', 'open']);
    expect(browser.asked).toEqual(['camera+microphone', 'microphone']);
  });

  it('where the browser tells no permissions, a refusal holds for both inputs', async () => {
    const browser = new Browser(null, null);
    browser.answer = 'dismissed';
    await expect(browser.start()).resolves.toEqual(['denied', 'denied']);
    expect(browser.asked).toEqual(['camera+microphone']);
  });

  it('one that is missing does not keep the other one from opening', async () => {
    const browser = new Browser('granted', 'granted');
    browser.missing = ['camera'];
    await expect(browser.start()).resolves.toEqual(['missing', 'open']);
  });

  it('what was stopped, or turned off, while the browser told the permissions does not open', async () => {
    const stopped = new Browser('granted', 'granted');
    stopped.meanwhile = () => stopped.preview.stop();
    await expect(stopped.start()).resolves.toEqual(['off', 'off']);
    expect(stopped.asked).toEqual([]);

    const off = new Browser('granted', 'granted');
    off.meanwhile = () => off.preview.setWanted('camera', false);
    await expect(off.start()).resolves.toEqual(['off', 'open']);
    expect(off.asked).toEqual(['microphone']);
  });
});
