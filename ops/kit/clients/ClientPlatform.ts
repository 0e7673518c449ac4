import type { types } from 'mediasoup-client';
import type { RemoteTrack } from '../../../client/media/RemoteTrack.ts';

/** What a meter looks at. */
export type MeteredTrack = Pick<RemoteTrack, 'trackId' | 'kind' | 'mediaStreamTrack' | 'consumer' | 'attach'>;

/** What differs between a browser and a bot. */
export interface ClientPlatform {
  /** As mediasoup-client names it; without it, it finds out by itself. */
  readonly handlerName?: types.BuiltinHandlerName;
  openCamera(): Promise<MediaStreamTrack>;
  openMicrophone(): Promise<MediaStreamTrack>;
  /**
   * Calls `onFrame` for each picture shown, or packet of sound played, of what the track receives now, and `onAudible` while
   * there is something to be heard of it.
   */
  meter(track: MeteredTrack, onFrame: () => void, onAudible: () => void): () => void;
}
