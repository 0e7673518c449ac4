import type { types } from 'mediasoup-client';
import type { RemoteTrack } from '../../../client/media/RemoteTrack.ts';
import type { StepLog } from './StepLog.ts';
import type { Tone } from './tones.ts';

/** A track that a meter watches. */
export type MeteredTrack = Pick<RemoteTrack, 'trackId' | 'kind' | 'mediaStreamTrack' | 'consumer' | 'attach'>;

/** A microphone that hears the `open` tone until `hear` changes it. */
export interface Microphone {
  readonly track: MediaStreamTrack;
  /** Resolves once the track carries this tone and nothing of the previous one. */
  hear(tone: Tone): Promise<void>;
}

/** The parts that differ between a browser and a bot. */
export interface ClientPlatform {
  /** The handler of mediasoup-client. If absent, mediasoup-client detects it. */
  readonly handlerName?: types.BuiltinHandlerName;
  /** Watches the sockets and peer connections of this client. */
  readonly steps: StepLog;
  openCamera(): Promise<MediaStreamTrack>;
  openMicrophone(): Promise<Microphone>;
  /**
   * Calls `onFrame` for each picture that the track shows, or packet of sound that it plays, and `onTone` while it
   * plays a tone. Returns a function that stops it.
   */
  meter(track: MeteredTrack, onFrame: () => void, onTone: (tone: Tone) => void): () => void;
}
