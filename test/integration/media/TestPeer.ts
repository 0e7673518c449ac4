import wrtc from '@roamhq/wrtc';
import { Device, type types } from 'mediasoup-client';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { ConsumerOffer, ExpectedMedia } from '../../../core/media/RoomMedia.ts';
import type { TestRoom, TestViewer } from './TestRoom.ts';

Object.assign(globalThis, {
  RTCPeerConnection: wrtc.RTCPeerConnection,
  RTCSessionDescription: wrtc.RTCSessionDescription,
  RTCIceCandidate: wrtc.RTCIceCandidate,
  MediaStream: wrtc.MediaStream,
  MediaStreamTrack: wrtc.MediaStreamTrack,
});

/** The counters of a receiver. */
export interface Received {
  readonly packets: number;
  readonly framesDecoded: number;
  readonly keyFramesDecoded: number;
  readonly frameHeight: number;
}

/** The counters of a sender, all layers together. */
export interface Sent {
  readonly packets: number;
  readonly keyFramesEncoded: number;
  readonly pliCount: number;
}

/** A participant with real WebRTC, wired to the room's media without any signaling between. */
export class TestPeer implements TestViewer {
  readonly id: string;
  readonly session: number;
  /** The newest of each track. */
  readonly consumers = new Map<string, types.Consumer>();
  /** All consumers, by their producer. */
  readonly carriers = new Map<string, types.Consumer>();
  readonly producers = new Map<string, types.Producer>();
  /** The address where the media server listens. */
  readonly icePort: number | undefined;
  readonly #room: TestRoom;
  readonly #send: types.Transport;
  readonly #recv: types.Transport;
  readonly #stop: (() => void)[] = [];

  /** `expected`: the tracks it says it will send. It requests no producer for a track that has one already. */
  static async join(
    plane: MediaPlane,
    room: TestRoom,
    id: string,
    session: number,
    expected: readonly ExpectedMedia[] = [],
  ): Promise<TestPeer> {
    const device = new Device({ handlerName: 'Chrome111' });
    await device.load({ routerRtpCapabilities: asReceived(plane.rtpCapabilities) });
    const opened = await room.media.openTransports(id, session, device.recvRtpCapabilities, expected);
    const { send, recv, producing } = opened;
    const peer = new TestPeer(
      room,
      id,
      session,
      send.iceCandidates[0]?.port,
      device.createSendTransport({ ...send, iceCandidates: [...send.iceCandidates] }),
      device.createRecvTransport({ ...recv, iceCandidates: [...recv.iceCandidates] }),
      producing,
    );
    room.viewers.set(id, peer);
    return peer;
  }

  private constructor(
    room: TestRoom,
    id: string,
    session: number,
    icePort: number | undefined,
    send: types.Transport,
    recv: types.Transport,
    producing: readonly string[],
  ) {
    this.#room = room;
    this.id = id;
    this.session = session;
    this.icePort = icePort;
    this.#send = send;
    this.#recv = recv;
    for (const transport of [send, recv]) {
      transport.on('connect', ({ dtlsParameters }, done, failed) => {
        room.media.connectTransport(id, session, transport.id, dtlsParameters).then(done, failed);
      });
    }
    send.on('produce', ({ rtpParameters, appData }, done, failed) => {
      const trackId = String(appData.trackId);
      if (producing.includes(trackId)) {
        done({ id: trackId });
        return;
      }
      room.media
        .produce(id, session, trackId, rtpParameters)
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
  }

  /** Whether it says, by `shows`, what it shows. */
  tellsShown = false;

  shows(...producerIds: readonly string[]): void {
    const consumerIds = producerIds.flatMap((producerId) => this.carriers.get(producerId)?.id ?? []);
    this.#room.media.shown(this.id, this.session, consumerIds);
  }

  /** Pictures that its cameras have taken. */
  pictures = 0;

  /** Sends a moving picture in as many layers as its height allows. */
  async publishVideo(trackId: string, { height = 360, fps = 15 } = {}): Promise<types.Producer> {
    const width = (height * 16) / 9;
    const source = new wrtc.nonstandard.RTCVideoSource();
    const data = new Uint8Array((width * height * 3) / 2).fill(128);
    let tick = 0;
    const timer = setInterval(() => {
      tick += 1;
      this.pictures += 1;
      data.fill((tick * 7) % 256, 0, (width * height) / 4);
      source.onFrame({ width, height, data });
    }, 1000 / fps);
    this.#stop.push(() => clearInterval(timer));
    const producer = await this.#send.produce({
      track: source.createTrack(),
      encodings: [
        { rid: 'l', scaleResolutionDownBy: 2, maxBitrate: 150_000 },
        { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 500_000 },
      ],
      codecOptions: { videoGoogleStartBitrate: 600 },
      stopTracks: false,
      appData: { trackId },
    });
    this.producers.set(trackId, producer);
    return producer;
  }

  /** Sends a tone. */
  async publishAudio(trackId: string): Promise<types.Producer> {
    const source = new wrtc.nonstandard.RTCAudioSource();
    let at = 0;
    const timer = setInterval(() => {
      const samples = new Int16Array(480);
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = 12_000 * Math.sin((2 * Math.PI * 440 * (at + index)) / 48_000);
      }
      at += samples.length;
      source.onData({ samples, sampleRate: 48_000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
    }, 10);
    this.#stop.push(() => clearInterval(timer));
    const producer = await this.#send.produce({
      track: source.createTrack(),
      stopTracks: false,
      appData: { trackId },
    });
    this.producers.set(trackId, producer);
    return producer;
  }

  async consumersOpened(offers: readonly ConsumerOffer[]): Promise<void> {
    await Promise.all(
      offers.map(async ({ consumerId, producerId, kind, rtpParameters, trackId }) => {
        const consumer = await this.#recv.consume({
          id: consumerId,
          producerId,
          kind,
          rtpParameters: asReceived(rtpParameters),
        });
        this.consumers.set(trackId, consumer);
        this.carriers.set(producerId, consumer);
      }),
    );
  }

  received(trackId: string): Promise<Received> {
    return this.receivedBy(this.consumers.get(trackId));
  }

  receivedFrom(producerId: string): Promise<Received> {
    return this.receivedBy(this.carriers.get(producerId));
  }

  async receivedBy(consumer: types.Consumer | undefined): Promise<Received> {
    const none = { packets: 0, framesDecoded: 0, keyFramesDecoded: 0, frameHeight: 0 };
    if (!consumer || consumer.closed) return none;
    // wrtc does not implement the stats of single receivers.
    for (const report of (await this.#recv.getStats()).values()) {
      if (report.type !== 'inbound-rtp' || report.ssrc !== consumer.rtpParameters.encodings?.[0]?.ssrc) continue;
      return {
        packets: report.packetsReceived ?? 0,
        framesDecoded: report.framesDecoded ?? 0,
        keyFramesDecoded: report.keyFramesDecoded ?? 0,
        frameHeight: report.frameHeight ?? 0,
      };
    }
    return none;
  }

  /** Sums the counters of all tracks of this one's kind. */
  async sent(trackId: string): Promise<Sent> {
    const sent = { packets: 0, keyFramesEncoded: 0, pliCount: 0 };
    const kind = this.producers.get(trackId)?.kind;
    for (const report of (await this.#send.getStats()).values()) {
      if (report.type !== 'outbound-rtp' || report.kind !== kind) continue;
      sent.packets += report.packetsSent ?? 0;
      sent.keyFramesEncoded += report.keyFramesEncoded ?? 0;
      sent.pliCount += report.pliCount ?? 0;
    }
    return sent;
  }

  close(): void {
    for (const stop of this.#stop) stop();
    this.#send.close();
    this.#recv.close();
    if (this.#room.viewers.get(this.id) === this) this.#room.viewers.delete(this.id);
  }
}

/** mediasoup and its client have slightly different types for the same JSON. */
function asReceived<T>(value: object): T {
  return JSON.parse(JSON.stringify(value));
}
