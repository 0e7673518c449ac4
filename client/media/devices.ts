import type { TrackSource } from '../../signaling/protocol/shapes.ts';

/** The part of `navigator.mediaDevices` that is used; injected where there is no browser. */
export type DeviceAccess = Pick<MediaDevices, 'getUserMedia' | 'getDisplayMedia'>;

export interface CaptureOptions {
  readonly deviceId?: string;
  /** Height of the camera's picture; 720 by default. */
  readonly height?: number;
  /** What a shared screen shows: text and slides, or moving pictures. */
  readonly content?: 'detail' | 'motion';
}

export interface CapturedTrack {
  readonly source: TrackSource;
  readonly track: MediaStreamTrack;
}

/** Opens the devices for a source: one track, or picture and sound of a shared screen. */
export async function capture(
  devices: DeviceAccess | undefined,
  source: 'camera' | 'microphone' | 'screen',
  options: CaptureOptions,
): Promise<CapturedTrack[]> {
  if (devices === undefined) throw new DOMException('There are no media devices here.', 'NotFoundError');
  const deviceId = options.deviceId === undefined ? {} : { deviceId: { exact: options.deviceId } };
  if (source === 'camera') {
    const height = options.height ?? 720;
    const stream = await devices.getUserMedia({
      video: {
        ...deviceId,
        width: { ideal: Math.round((height * 16) / 9) },
        height: { ideal: height },
        frameRate: { ideal: 30, max: 30 },
      },
    });
    return stream.getVideoTracks().map((track) => ({ source, track }));
  }
  if (source === 'microphone') {
    const stream = await devices.getUserMedia({
      audio: { ...deviceId, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    return stream.getAudioTracks().map((track) => ({ source, track }));
  }
  const motion = options.content === 'motion';
  const stream = await devices.getDisplayMedia({
    video: { frameRate: { ideal: motion ? 30 : 15, max: 30 } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  return [
    ...stream.getVideoTracks().map((track) => {
      track.contentHint = motion ? 'motion' : 'detail';
      return { source: 'screen' as const, track };
    }),
    ...stream.getAudioTracks().map((track) => ({ source: 'screenAudio' as const, track })),
  ];
}
