import { Room } from '../../../client/index.ts';

/** What a test can reach in a page: the room as an application holds it, and a record of what is shown. */
export interface TestPage {
  readonly room: Room;
  /** Events so far, oldest first: `trackSubscribed camera of b`. */
  readonly events: string[];
  /** Times of rendered frames by publisher (ms since the epoch). */
  readonly frames: Record<string, number[]>;
  /** For each of `frames`, how many times this page had rendered anything by then. */
  readonly beats: Record<string, number[]>;
  /** Times of frames that were rendered all black, by publisher. */
  readonly blackFrames: Record<string, number[]>;
  join(url: string, token: string, name: string): Promise<void>;
  /** How loud a participant's microphone is here now, 0 to 1. */
  loudness(participantId: string): number;
  /** How loud it is at most in the next `forMs`, or as soon as it is louder than `enough`. */
  loudest(participantId: string, forMs: number, enough?: number): Promise<number>;
}

const room = new Room();
const events: string[] = [];
const frames: Record<string, number[]> = {};
const beats: Record<string, number[]> = {};
const blackFrames: Record<string, number[]> = {};
const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 9 });
const pixels = canvas.getContext('2d', { willReadFrequently: true });
const analysers = new Map<string, AnalyserNode>();

room.on('trackSubscribed', (track, _, { id }) => {
  events.push(`trackSubscribed ${track.source} of ${id}`);
  if (track.kind === 'video') show(track.attach(document.createElement('video')), id);
  else listen(track.attach(document.createElement('audio')), id);
});
room.on('trackUnsubscribed', (track, _, { id }) => events.push(`trackUnsubscribed ${track.source} of ${id}`));
room.on('trackMuted', ({ source }, { id }) => events.push(`trackMuted ${source} of ${id}`));
room.on('trackUnmuted', ({ source }, { id }) => events.push(`trackUnmuted ${source} of ${id}`));
room.on('participantConnected', ({ id }) => events.push(`participantConnected ${id}`));
room.on('participantDisconnected', ({ id }, why) => events.push(`participantDisconnected ${id} ${why}`));
room.on('stateChanged', (state) => events.push(state));
room.on('trackSwapped', (track) => {
  if (track.kind !== 'audio') return;
  const [element] = track.attachedElements;
  if (element !== undefined) listen(element, track.publisherId);
});
room.on('warning', (message, error) => console.warn(message, String(error)));

let beat = 0;
function onBeat(): void {
  beat += 1;
  requestAnimationFrame(onBeat);
}
onBeat();

function show(element: HTMLVideoElement, participantId: string): void {
  element.style.width = '480px';
  element.style.height = '270px';
  document.body.append(element);
  frames[participantId] ??= [];
  beats[participantId] ??= [];
  blackFrames[participantId] ??= [];
  const onFrame = (): void => {
    const now = performance.timeOrigin + performance.now();
    frames[participantId]?.push(now);
    beats[participantId]?.push(beat);
    pixels?.drawImage(element, 0, 0, 16, 9);
    const { data } = pixels?.getImageData(0, 0, 16, 9) ?? { data: [255] };
    if (Math.max(...data.filter((_, index) => index % 4 !== 3)) < 8) blackFrames[participantId]?.push(now);
    element.requestVideoFrameCallback(onFrame);
  };
  element.requestVideoFrameCallback(onFrame);
}

function listen(element: HTMLMediaElement, participantId: string): void {
  if (!(element.srcObject instanceof MediaStream)) return;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(element.srcObject).connect(analyser);
  analysers.set(participantId, analyser);
}

const page: TestPage = {
  room,
  events,
  frames,
  beats,
  blackFrames,
  join: (url, token, name) => room.connect(url, token, { name }),
  loudness(participantId) {
    const samples = new Float32Array(2_048);
    analysers.get(participantId)?.getFloatTimeDomainData(samples);
    return Math.max(...samples.map(Math.abs));
  },
  async loudest(participantId, forMs, enough = 1) {
    let loudest = 0;
    for (const until = performance.now() + forMs; loudest <= enough && performance.now() < until; ) {
      loudest = Math.max(loudest, page.loudness(participantId));
      // The next samples overlap with these: there are 2,048 of 48,000 a second.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return loudest;
  },
};
Object.assign(globalThis, { testPage: page });
