import type { TrackSource } from '../../signaling/protocol/shapes.ts';
import { type CapturedTrack, type CaptureOptions, capture, type DeviceAccess } from './devices.ts';
import { type Facing, facingOf, oppositeOf } from './facing.ts';

export interface Exchange {
  /** Undefined if none is open. */
  readonly captured: CapturedTrack | undefined;
  /** Null if it is the one that was asked for. */
  readonly problem: unknown;
}

/** Opens devices, and opens them again as they were last. */
export class LocalDevices {
  readonly #access: DeviceAccess | undefined;
  readonly #last = new Map<TrackSource, CaptureOptions>();

  constructor(access: DeviceAccess | undefined) {
    this.#access = access;
  }

  open(source: 'camera' | 'microphone' | 'screen', options: CaptureOptions): Promise<CapturedTrack[]> {
    this.#note(source, options);
    return capture(this.#access, source, options);
  }

  /** Falls back to any other device if the last one is gone; a device that `asked` names must be there. */
  async reopen(source: 'camera' | 'microphone', asked: CaptureOptions): Promise<CapturedTrack[]> {
    this.#note(source, asked);
    const wanted = this.#last.get(source) ?? {};
    try {
      return await capture(this.#access, source, wanted);
    } catch (error) {
      const isGone = error instanceof DOMException && error.name === 'OverconstrainedError';
      const isAsked = wanted.deviceId === asked.deviceId && wanted.facing === asked.facing;
      if (!isGone || isAsked) throw error;
      const { deviceId: _, facing: __, ...others } = wanted;
      return capture(this.#access, source, others);
    }
  }

  /**
   * Opens another camera in place of one that is open. Phones let one be open at a time, so that one stops first; it is
   * opened again, as far as it can be, if the other one fails: then `problem` says why that did. In place of one that
   * is off the other one is opened later, by `reopen`.
   */
  async exchange(asked: CaptureOptions, before: MediaStreamTrack): Promise<Exchange> {
    if (before.readyState === 'ended') {
      this.#note('camera', asked);
      return { captured: undefined, problem: null };
    }
    const { deviceId } = before.getSettings();
    const { height } = this.#last.get('camera') ?? {};
    const size = height === undefined ? {} : { height };
    before.stop();
    try {
      const [captured] = await capture(this.#access, 'camera', { ...size, ...asked });
      this.#note('camera', asked);
      return { captured, problem: null };
    } catch (problem) {
      const former = { ...size, ...(deviceId !== undefined && { deviceId }) };
      const [captured] = await capture(this.#access, 'camera', former).catch(() => []);
      return { captured, problem };
    }
  }

  /** Returns where the camera looks after a flip; one that is off may have been flipped before. */
  flipped(camera: MediaStreamTrack): Facing {
    return oppositeOf(this.#last.get('camera')?.facing ?? facingOf(camera));
  }

  /** Remembers the device that is in use, or will be used next. */
  remember(source: TrackSource, { deviceId }: { readonly deviceId?: string }): void {
    if (deviceId !== undefined) this.#note(source, { deviceId });
  }

  #note(source: TrackSource, { deviceId, facing, height, content }: CaptureOptions): void {
    const { deviceId: _, facing: __, ...others } = this.#last.get(source) ?? {};
    this.#last.set(source, {
      // A named device and a side that it looks at are one choice.
      ...(deviceId === undefined && facing === undefined ? this.#last.get(source) : others),
      ...(deviceId !== undefined && { deviceId }),
      ...(facing !== undefined && { facing }),
      ...(height !== undefined && { height }),
      ...(content !== undefined && { content }),
    });
  }
}
