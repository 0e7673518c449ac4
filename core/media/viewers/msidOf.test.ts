import { expect, test } from 'vitest';
import type { TrackSource } from '../../room/state.ts';
import { msidOf } from './msidOf.ts';

function streamOf(participantId: string, source: TrackSource, synced = true): string {
  const kind = source === 'camera' || source === 'screen' ? 'video' : 'audio';
  const msid = msidOf({ consumerId: 'consumer', synced }, { participantId, track: { source, kind } });
  // RFC 8830: two tokens and one space.
  expect(msid).toMatch(/^[A-Za-z0-9_-]+ [A-Za-z0-9_-]+$/);
  return msid.split(' ')[0] ?? '';
}

test('a face is in sync with its voice, a screen with its sound, and nobody with anybody else', () => {
  expect(streamOf('ann', 'camera')).toBe(streamOf('ann', 'microphone'));
  expect(streamOf('ann', 'screen')).toBe(streamOf('ann', 'screenAudio'));
  expect(streamOf('ann', 'camera')).not.toBe(streamOf('ann', 'screen'));
  expect(streamOf('ann', 'camera')).not.toBe(streamOf('bob', 'camera'));
  expect(streamOf('Ann Ö. / 2', 'camera')).toBe(streamOf('Ann Ö. / 2', 'microphone'));
});

test('a track without sync is in its own stream', () => {
  expect(streamOf('ann', 'camera', false)).toBe('consumer');
});
