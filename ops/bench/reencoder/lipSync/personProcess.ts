import wrtc from '@roamhq/wrtc';
import { Room } from '../../../../client/Room.ts';
import { MemoryStorage } from '../../../../client/storage.ts';
import { HANDLER_NAME } from '../../../kit/clients/bot/webrtcGlobals.ts';
import { openRpc } from '../../../kit/rpc.ts';
import { Onsets } from './Onsets.ts';

/** The onsets that a person saw and heard since the last `take`, ms since the epoch. */
export interface SeenAndHeard {
  readonly flashes: readonly number[];
  readonly beeps: readonly number[];
}

const { RTCAudioSink, RTCAudioSource, RTCVideoSink, RTCVideoSource } = wrtc.nonstandard;

const PICTURE = { width: 640, height: 360 } as const;
const PIXELS = PICTURE.width * PICTURE.height;
const FRAME_MS = 1_000 / 30;
const SAMPLE_RATE = 48_000;
const STRETCH_MS = 10;
/** Flash and beep start together at this interval. */
const EVERY_MS = 1_000;
const LASTS_MS = 100;
const REST_MS = 400;
const BRIGHT = 128;
const LOUD = 3_000;

/** One person of the meeting: flashes and beeps at the same moment, and notes the flashes and beeps of the others. */
const storage = new MemoryStorage();
const room = new Room({ sessionStorage: storage, chatStorage: storage, deviceHandler: HANDLER_NAME });
const flashes = new Onsets(REST_MS);
const beeps = new Onsets(REST_MS);
let stopLooking: () => void = () => undefined;
/** Keeps a reference, because a sink without one is garbage-collected. */
let ears: InstanceType<typeof RTCAudioSink> | undefined;

room.on('trackSubscribed', (track) => watch(track.kind, track.mediaStreamTrack));
room.on('trackSwapped', (track) => watch(track.kind, track.mediaStreamTrack));

const person = {
  async join(url: string, token: string, name: string, publish: boolean) {
    await room.connect(url, token, { name });
    if (!publish) return;
    const { camera, microphone } = openDevices();
    await room.localParticipant.publishTrack(camera, { source: 'camera' });
    await room.localParticipant.publishTrack(microphone, { source: 'microphone', music: true });
  },

  async reencode(wanted: boolean) {
    await room.controls.setReencodingPolicy({ mode: wanted ? 'on' : 'off' });
  },

  /** The producer of the other's camera that is shown. */
  async shownProducer(): Promise<string | null> {
    const tracks = [...room.participants.values()].flatMap(({ publications }) => [...publications.values()]);
    return tracks.find(({ kind }) => kind === 'video')?.track?.consumer?.producerId ?? null;
  },

  async take(): Promise<SeenAndHeard> {
    return { flashes: flashes.take(), beeps: beeps.take() };
  },
};
export type Person = typeof person;

openRpc(process, person);
process.on('disconnect', () => process.exit(0));

function watch(kind: string, track: MediaStreamTrack | undefined): void {
  if (!track) return;
  if (kind === 'audio') {
    ears = new RTCAudioSink(track);
    ears.ondata = (data: unknown) => {
      // The package's types only say that it is an event.
      if ((data as { samples: Int16Array }).samples.some((sample) => Math.abs(sample) > LOUD)) beeps.seen(now());
    };
    return;
  }
  stopLooking();
  const sink = new RTCVideoSink(track);
  stopLooking = () => sink.stop();
  sink.onframe = (event: unknown) => {
    // The same here.
    const { width, height, data } = (event as { frame: { width: number; height: number; data: Uint8Array } }).frame;
    if ((data[Math.floor(height / 2) * width + Math.floor(width / 2)] ?? 0) > BRIGHT) flashes.seen(now());
  };
}

/** A camera and a microphone that see the same lamp and hear the same horn. */
function openDevices(): { camera: MediaStreamTrack; microphone: MediaStreamTrack } {
  const video = new RTCVideoSource();
  const audio = new RTCAudioSource();
  const [dark, bright] = [40, 230].map((luma) =>
    new Uint8Array((PIXELS * 3) / 2).fill(luma, 0, PIXELS).fill(128, PIXELS),
  );
  const samples = (SAMPLE_RATE * STRETCH_MS) / 1_000;
  const silence = new Int16Array(samples);
  const tone = silence.map((_, index) => 20_000 * Math.sin((2 * Math.PI * 1_000 * index) / SAMPLE_RATE));
  const startedAt = performance.now();
  const isOn = (sinceMs: number): boolean => sinceMs % EVERY_MS < LASTS_MS;
  let pictures = 0;
  let stretches = 0;
  setInterval(() => {
    const since = performance.now() - startedAt;
    for (; stretches * STRETCH_MS <= since; stretches += 1) {
      const on = isOn(stretches * STRETCH_MS);
      // libwebrtc keeps the array, so each stretch gets its own.
      const data = {
        samples: (on ? tone : silence).slice(),
        sampleRate: SAMPLE_RATE,
        bitsPerSample: 16,
        channelCount: 1,
      };
      audio.onData({ ...data, numberOfFrames: samples });
    }
    for (; pictures * FRAME_MS <= since; pictures += 1) {
      const data = isOn(pictures * FRAME_MS) ? bright : dark;
      if (data) video.onFrame({ ...PICTURE, data });
    }
  }, STRETCH_MS / 2);
  return { camera: video.createTrack(), microphone: audio.createTrack() };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
