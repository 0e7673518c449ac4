import type { TrackSource } from '../../signaling/protocol/shapes.ts';
import type { ScreenContent } from './encodings.ts';
import type { Facing } from './facing.ts';

/** The part of `navigator.mediaDevices` that is used; injected where there is no browser. */
export type DeviceAccess = Pick<MediaDevices, 'getUserMedia' | 'getDisplayMedia'>;

export interface CaptureOptions {
  readonly deviceId?: string;
  /** Where the camera must look. */
  readonly facing?: Facing;
  /** Height of the camera's picture; 720 by default. */
  readonly height?: number;
  /** What a shared screen shows: text and slides, or moving pictures. */
  readonly content?: ScreenContent;
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
        ...(options.facing !== undefined && { facingMode: { exact: options.facing } }),
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
  const { content = 'detail' } = options;
  const stream = await devices.getDisplayMedia({
    video: screenConstraints(content),
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  return [
    ...stream.getVideoTracks().map((track) => {
      track.contentHint = content;
      return { source: 'screen' as const, track };
    }),
    ...stream.getAudioTracks().map((track) => ({ source: 'screenAudio' as const, track })),
  ];
}

export function screenConstraints(content: ScreenContent): MediaTrackConstraints {
  return { frameRate: { ideal: content === 'motion' ? 30 : 15, max: 30 } };
}
