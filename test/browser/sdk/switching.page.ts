import { Device, type types } from 'mediasoup-client';
import { ConsumerCarrier } from '../../../client/media/ConsumerCarrier.ts';
import { RemoteTrack } from '../../../client/media/RemoteTrack.ts';

export type Colour = 'red' | 'green' | 'black' | 'other';

/** One rendered frame. */
export interface Shown {
  /** How many pictures both cameras had been given by then; each takes 30 a second. */
  readonly painted: number;
  readonly colour: Colour;
}

export interface SwitchingOffer {
  routerRtpCapabilities: types.RtpCapabilities;
  send: types.TransportOptions;
  receive: types.TransportOptions;
}

/** What the page needs from the server; the test provides the first three functions, and the page calls them. */
declare global {
  interface Window {
    serverConnect(direction: 'send' | 'receive', dtlsParameters: types.DtlsParameters): Promise<void>;
    serverProduce(kind: types.MediaKind, rtpParameters: types.RtpParameters): Promise<string>;
    serverConsume(producerId: string, rtpCapabilities: types.RtpCapabilities): Promise<types.ConsumerOptions>;
    /**
     * Sends a red and a green picture and shows a track that both carry, with the green one paused. Resolves with their
     * ids.
     */
    carry(offer: SwitchingOffer): Promise<readonly [red: string, green: string]>;
    pausedByServer(changes: readonly { consumerId: string; paused: boolean }[]): void;
    /** Every frame since `carry`. */
    shown: Shown[];
    swaps: number;
  }
}

window.shown = [];
window.swaps = 0;
let track: RemoteTrack;
let painted = 0;

window.carry = async ({ routerRtpCapabilities, send, receive }) => {
  const device = new Device();
  await device.load({ routerRtpCapabilities });
  const sender = device.createSendTransport(send);
  const receiver = device.createRecvTransport(receive);
  sender.on('connect', ({ dtlsParameters }, done, fail) => {
    window.serverConnect('send', dtlsParameters).then(done, fail);
  });
  receiver.on('connect', ({ dtlsParameters }, done, fail) => {
    window.serverConnect('receive', dtlsParameters).then(done, fail);
  });
  sender.on('produce', ({ kind, rtpParameters }, done, fail) => {
    window.serverProduce(kind, rtpParameters).then((id) => done({ id }), fail);
  });
  track = new RemoteTrack(
    { trackId: 'track', publisherId: 'publisher', source: 'camera', kind: 'video' },
    {
      attached: () => undefined,
      detached: () => undefined,
      playbackBlocked: () => undefined,
      swapped: () => {
        window.swaps += 1;
      },
    },
  );
  const producers = [];
  for (const colour of ['#e00000', '#00c000']) producers.push(await sender.produce({ track: paint(colour) }));
  const consumers = [];
  for (const { id } of producers) {
    consumers.push(await receiver.consume(await window.serverConsume(id, device.recvRtpCapabilities)));
  }
  const [red, green] = consumers;
  if (!red || !green) throw new Error('two consumers were asked for');
  watch(track.attach(document.createElement('video')));
  const session = { closed: false, shows: () => undefined };
  track.carry(session, [
    { carrier: new ConsumerCarrier(red, session), paused: false },
    { carrier: new ConsumerCarrier(green, session), paused: true },
  ]);
  return [red.id, green.id];
};

window.pausedByServer = (changes) => track.consumersPaused(changes);

/** Paints a camera's picture of a wall on which something moves. */
function paint(colour: string): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  let frame = 0;
  setInterval(() => {
    painted += 1;
    context.fillStyle = colour;
    context.fillRect(0, 0, 320, 180);
    context.fillStyle = '#808080';
    context.fillRect((frame++ * 4) % 320, 0, 8, 20);
  }, 33);
  const [video] = canvas.captureStream(30).getVideoTracks();
  if (!video) throw new Error('no video');
  return video;
}

function watch(element: HTMLVideoElement): void {
  document.body.append(element);
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const pixel = canvas.getContext('2d', { willReadFrequently: true });
  const onFrame = (): void => {
    pixel?.drawImage(element, element.videoWidth / 2, element.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    const [r = 0, g = 0, b = 0] = pixel?.getImageData(0, 0, 1, 1).data ?? [];
    window.shown.push({ painted, colour: colourOf(r, g, b) });
    element.requestVideoFrameCallback(onFrame);
  };
  element.requestVideoFrameCallback(onFrame);
}

function colourOf(r: number, g: number, b: number): Colour {
  if (Math.max(r, g, b) < 16) return 'black';
  if (r > 120 && g < 80) return 'red';
  if (g > 120 && r < 80) return 'green';
  return 'other';
}
