import { createSocket } from 'node:dgram';
import { FirstKeyframe } from '../../../kit/FirstKeyframe.ts';
import { pictureLossIndication } from '../../../kit/pictureLossIndication.ts';
import { openRpc } from '../../../kit/rpc.ts';
import { toRtpPacket } from '../../../kit/toRtpPacket.ts';

/** The first whole keyframe of a stream. */
export interface FirstFrame {
  readonly ssrc: number;
  /** ms since the epoch. */
  readonly at: number;
  /** How often the viewer had to ask for a keyframe itself. */
  readonly requests: number;
}

/** A decoder waits this long for a keyframe before it asks for one. */
const ASK_AFTER_MS = 1_000;
/** Many streams share one socket, and a keyframe of each is a burst. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
const RTP_HEADER_BYTES = 12;

interface Expected {
  readonly keyframe: FirstKeyframe;
  readonly timer: ReturnType<typeof setInterval>;
  requests: number;
}

/** The light viewers: each stream is watched until its first keyframe. Later packets are ignored. */
const expected = new Map<number, Expected>();
let arrived: FirstFrame[] = [];

const socket = createSocket('udp4', (datagram) => {
  const now = performance.timeOrigin + performance.now();
  if (datagram.length < RTP_HEADER_BYTES) return;
  const ssrc = datagram.readUInt32BE(8);
  const waiting = expected.get(ssrc);
  if (!waiting) return;
  const packet = toRtpPacket(datagram);
  if (!packet || !waiting.keyframe.push(packet)) return;
  arrived.push({ ssrc, at: now, requests: waiting.requests });
  forget(ssrc);
});

const viewers = {
  /** Opens the port where all viewers receive. */
  async port(): Promise<number> {
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    return socket.address().port;
  },

  /** A viewer is ready for the stream, which its SFU sends from `port`. */
  async expect(ssrc: number, port: number) {
    const timer = setInterval(() => {
      const waiting = expected.get(ssrc);
      if (waiting) waiting.requests += 1;
      socket.send(pictureLossIndication(ssrc), port, '127.0.0.1');
    }, ASK_AFTER_MS);
    expected.set(ssrc, { keyframe: new FirstKeyframe(), timer, requests: 0 });
  },

  /** The viewer has left. */
  async leave(ssrc: number) {
    forget(ssrc);
  },

  /** Returns the keyframes since the last call, in the order of their arrival. */
  async takeFirstFrames(): Promise<FirstFrame[]> {
    const taken = arrived;
    arrived = [];
    return taken;
  },
};
export type WatchingViewers = typeof viewers;

openRpc(process, viewers);

process.on('disconnect', () => process.exit(0));

function forget(ssrc: number): void {
  clearInterval(expected.get(ssrc)?.timer);
  expected.delete(ssrc);
}
