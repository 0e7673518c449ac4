import type { Room } from '../../../client/index.ts';
import type { StepResult } from './ConnectionTest.ts';
import { waitFor } from './waitFor.ts';

const REHEARSAL_MS = 10_000;
/** When the sender and the receiver lose their connections. */
const SENDER_FALLS_AT_MS = 2_500;
const RECEIVER_FALLS_AT_MS = 6_000;
const FRAMES_PER_SECOND = 20;
const FIRST_PICTURE_MS = 8_000;

/**
 * Sends a picture through the server for ten seconds, in which either side loses its connection once and recovers on
 * the next server, or the same one: as it would in a meeting. Returns the longest time without a new picture.
 */
export async function rehearseChange(
  sender: Room,
  receiver: Room,
  video: HTMLVideoElement | null,
): Promise<StepResult['found']> {
  if (video === null) throw new Error('there is nowhere to show the picture');
  const gaps = watchGaps(video);
  const picture = paint();
  receiver.on('trackSubscribed', (track) => {
    if (track.kind === 'video') track.attach(video);
  });
  const timers = new Set<ReturnType<typeof setTimeout>>();
  try {
    await sender.localParticipant.publishTrack(picture.track, { source: 'camera' });
    await waitFor(() => gaps.pictures() > 5, FIRST_PICTURE_MS, 'no picture came through the server');
    gaps.restart();
    timers.add(setTimeout(() => sender.path.rehearse(), SENDER_FALLS_AT_MS));
    timers.add(setTimeout(() => receiver.path.rehearse(), RECEIVER_FALLS_AT_MS));
    await new Promise((resolve) => timers.add(setTimeout(resolve, REHEARSAL_MS)));
    const recoveries = [...sender.path.recoveries, ...receiver.path.recoveries];
    if (recoveries.length < 2) throw new Error('the connection did not come back in time');
    return {
      pictures: gaps.pictures(),
      longestGapMs: gaps.longestMs(),
      recoveredAfterMs: recoveries.map(({ ms }) => Math.round(ms)).join(', '),
      servers: [...new Set(recoveries.map(({ url }) => new URL(url).host))].join(', '),
    };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    gaps.stop();
    picture.stop();
    video.srcObject = null;
  }
}

/** A picture that changes all the time. */
function paint(): { readonly track: MediaStreamTrack; readonly stop: () => void } {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext('2d');
  const [track] = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
  if (!context || !track) throw new Error('this browser makes no pictures of its own');
  let turn = 0;
  const draw = () => {
    turn += 1;
    context.fillStyle = `hsl(${(turn * 3) % 360} 35% 30%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = '#fff';
    context.beginPath();
    context.arc(320 + 120 * Math.cos(turn / 9), 180 + 90 * Math.sin(turn / 9), 36, 0, Math.PI * 2);
    context.fill();
  };
  draw();
  const timer = setInterval(draw, 1_000 / FRAMES_PER_SECOND);
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}

function watchGaps(video: HTMLVideoElement) {
  let pictures = 0;
  let last = performance.now();
  let longest = 0;
  let live = true;
  const onPicture = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    pictures += 1;
    if (live) video.requestVideoFrameCallback(onPicture);
  };
  video.requestVideoFrameCallback(onPicture);
  return {
    pictures: () => pictures,
    /** The gap that has not ended counts too. */
    longestMs: () => Math.round(Math.max(longest, performance.now() - last)),
    restart: () => {
      longest = 0;
      pictures = 0;
      last = performance.now();
    },
    stop: () => {
      live = false;
    },
  };
}
