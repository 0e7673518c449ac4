import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { aParticipant, aTrack } from '../../test/support/people.ts';
import type { RemoteTrack } from '../media/RemoteTrack.ts';
import { InterruptionWatch } from './InterruptionWatch.ts';
import { RemoteParticipant } from './participants.ts';

let bob: RemoteParticipant;
let told: boolean[];
let heardAt: number | undefined;
let watch: InterruptionWatch;
/** What the receivers of Bob's tracks deliver. */
let sends: { camera: boolean; microphone: boolean };

function trackOf(source: 'camera' | 'microphone'): RemoteTrack {
  let timestamp = 1;
  const getSynchronizationSources = () => {
    if (sends[source]) timestamp += 1;
    return [{ timestamp }];
  };
  return { source, paused: false, consumer: { rtpReceiver: { getSynchronizationSources } } } as unknown as RemoteTrack;
}

beforeEach(() => {
  vi.useFakeTimers();
  const tracks = [aTrack({ id: 'c' }), aTrack({ id: 'm', source: 'microphone', kind: 'audio' })];
  bob = new RemoteParticipant(aParticipant('bob', { tracks: new Map(tracks.map((track) => [track.id, track])) }));
  for (const publication of bob.publications.values()) publication.track = trackOf(publication.source as 'camera');
  told = [];
  heardAt = undefined;
  sends = { camera: true, microphone: true };
  watch = new InterruptionWatch({
    participants: () => [bob],
    heardAt: () => heardAt ?? performance.now(),
    changed: ({ interrupted }) => told.push(interrupted),
  });
  watch.entered();
  vi.advanceTimersByTime(1_000);
});

afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

it('somebody who sends nothing any more is interrupted within a second, and no longer once something comes', () => {
  sends = { camera: false, microphone: false };
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([true]);
  sends.microphone = true;
  vi.advanceTimersByTime(100);
  expect(told).toEqual([true, false]);
});

it('nobody is interrupted while one of two tracks comes, or both are muted', () => {
  sends = { camera: false, microphone: true };
  vi.advanceTimersByTime(5_000);
  sends.microphone = false;
  const muted = [aTrack({ id: 'c', muted: true })];
  bob.update(aParticipant('bob', { tracks: new Map(muted.map((track) => [track.id, track])) }));
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
});

it('the client judges nobody while the server is silent, or right after it has itself recovered', () => {
  sends = { camera: false, microphone: false };
  heardAt = performance.now();
  vi.advanceTimersByTime(800);
  watch.entered();
  vi.advanceTimersByTime(5_000);
  heardAt = undefined;
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
});
