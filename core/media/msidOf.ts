import type { TrackSource } from '../room/state.ts';
import type { MediaProducer } from './MediaProducer.ts';
import type { ViewerConsumer } from './viewers/ViewerConsumer.ts';

/** What belongs together: a face and its voice, a screen and what it plays. */
const PAIR: Readonly<Record<TrackSource, string>> = {
  camera: 'person',
  microphone: 'person',
  screen: 'screen',
  screenAudio: 'screen',
};

/**
 * The media stream and the track (RFC 8830) as a viewer's device is to know them. Browsers play the sound of a stream in sync with
 * one video of the same stream, whichever of several: so there is one.
 */
export function msidOf(
  { consumerId, synced }: Pick<ViewerConsumer, 'consumerId' | 'synced'>,
  { participantId, track }: Pick<MediaProducer, 'participantId' | 'track'>,
): string {
  const stream = `${Buffer.from(participantId).toString('base64url')}-${PAIR[track.source]}`;
  return `${synced ? stream : consumerId} ${consumerId}`;
}
