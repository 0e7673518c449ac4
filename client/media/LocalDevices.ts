import type { TrackSource } from '../../signaling/protocol/shapes.ts';
import { type CapturedTrack, type CaptureOptions, capture, type DeviceAccess } from './devices.ts';

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
      if (!isGone || wanted.deviceId === undefined || wanted.deviceId === asked.deviceId) throw error;
      const { deviceId: _, ...others } = wanted;
      return capture(this.#access, source, others);
    }
  }

  /** Remembers the device that is in use, or will be used next. */
  remember(source: TrackSource, { deviceId }: { readonly deviceId?: string }): void {
    if (deviceId !== undefined) this.#note(source, { deviceId });
  }

  #note(source: TrackSource, { deviceId, height, content }: CaptureOptions): void {
    this.#last.set(source, {
      ...this.#last.get(source),
      ...(deviceId !== undefined && { deviceId }),
      ...(height !== undefined && { height }),
      ...(content !== undefined && { content }),
    });
  }
}
