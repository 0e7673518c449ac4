import type { types } from 'mediasoup-client';
import type { RemoteTrack } from '../../../client/media/RemoteTrack.ts';
import type { Tone } from './tones.ts';

/** What a meter looks at. */
export type MeteredTrack = Pick<RemoteTrack, 'trackId' | 'kind' | 'mediaStreamTrack' | 'consumer' | 'attach'>;

/** A microphone that hears the `open` tone until it is told otherwise. */
export interface Microphone {
  readonly track: MediaStreamTrack;
  /** Resolves once the track carries this tone and nothing of the one before. */
  hear(tone: Tone): Promise<void>;
}

/** What differs between a browser and a bot. */
export interface ClientPlatform {
  /** As mediasoup-client names it; without it, it finds out by itself. */
  readonly handlerName?: types.BuiltinHandlerName;
  openCamera(): Promise<MediaStreamTrack>;
  openMicrophone(): Promise<Microphone>;
  /**
   * Calls `onFrame` for each picture shown, or packet of sound played, of what the track receives now, and `onTone` while
   * there is a tone to be heard of it.
   */
  meter(track: MeteredTrack, onFrame: () => void, onTone: (tone: Tone) => void): () => void;
}
