import type { TrackSource } from '../../room/state.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { ViewerConsumer } from './ViewerConsumer.ts';

/** Sources that share a stream: a face and its voice, a screen and its sound. */
const PAIR: Readonly<Record<TrackSource, string>> = {
  camera: 'person',
  microphone: 'person',
  screen: 'screen',
  screenAudio: 'screen',
};

/**
 * The ids of media stream and track (RFC 8830) for a viewer's device. Browsers play the sound of a stream in sync with
 * any one video of that stream: so a stream has only one.
 */
export function msidOf(
  { consumerId, synced }: Pick<ViewerConsumer, 'consumerId' | 'synced'>,
  { participantId, track }: Pick<MediaProducer, 'participantId' | 'track'>,
): string {
  const stream = `${Buffer.from(participantId).toString('base64url')}-${PAIR[track.source]}`;
  return `${synced ? stream : consumerId} ${consumerId}`;
}
