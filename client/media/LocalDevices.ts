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

  async open(source: 'camera' | 'microphone' | 'screen', options: CaptureOptions): Promise<CapturedTrack[]> {
    const captured = await capture(this.#access, source, options);
    this.#note(source, options);
    return captured;
  }

  /** Falls back to any other device if the last one is gone; a device that `asked` names must be there. */
  async reopen(source: 'camera' | 'microphone', asked: CaptureOptions): Promise<CapturedTrack[]> {
    const captured = await this.#captureAgain(source, asked);
    this.#note(source, asked);
    return captured;
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

  async #captureAgain(source: 'camera' | 'microphone', asked: CaptureOptions): Promise<CapturedTrack[]> {
    const wanted = chosenAfter(this.#last.get(source), asked);
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

  #note(source: TrackSource, choice: CaptureOptions): void {
    this.#last.set(source, chosenAfter(this.#last.get(source), choice));
  }
}

function chosenAfter(last: CaptureOptions = {}, { deviceId, facing, height, content }: CaptureOptions): CaptureOptions {
  const { deviceId: _, facing: __, ...others } = last;
  return {
    // A named device and a side that it looks at are one choice.
    ...(deviceId === undefined && facing === undefined ? last : others),
    ...(deviceId !== undefined && { deviceId }),
    ...(facing !== undefined && { facing }),
    ...(height !== undefined && { height }),
    ...(content !== undefined && { content }),
  };
}
