import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { ConsumerOffer, TransportPair } from '../../../core/media/RoomMedia.ts';
import type { RtpParameters } from '../../../core/media/rtpTypes.ts';
import type { TrackKind } from '../../../core/room/state.ts';
import type { TestRoom, TestViewer } from './TestRoom.ts';

let lastSsrc = 1_000;

/** RTP parameters as a browser would send them: three simulcast layers for video. */
export function rtpParametersOf(kind: TrackKind): RtpParameters {
  lastSsrc += 10;
  const rtcp = { cname: 'test', reducedSize: true };
  if (kind === 'audio') {
    return {
      mid: String(lastSsrc),
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc: lastSsrc }],
      rtcp,
    };
  }
  return {
    mid: String(lastSsrc),
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        rtcpFeedback: [{ type: 'nack', parameter: 'pli' }, { type: 'transport-cc' }],
      },
    ],
    encodings: [0, 1, 2].map((layer) => ({ ssrc: lastSsrc + layer, scalabilityMode: 'L1T3' })),
    rtcp,
  };
}

/** A participant that never connects its transports: for everything but the media themselves. */
export class SilentPeer implements TestViewer {
  readonly id: string;
  readonly session: number;
  readonly offers: ConsumerOffer[] = [];
  readonly transports: TransportPair;
  readonly #room: TestRoom;

  /** `renews`: it takes transports that it did not ask for. */
  static async join(
    plane: MediaPlane,
    room: TestRoom,
    id: string,
    session: number,
    renews = false,
  ): Promise<SilentPeer> {
    const transports = await room.media.openTransports(id, session, plane.rtpCapabilities, [], { renews });
    return new SilentPeer(room, id, session, transports);
  }

  private constructor(room: TestRoom, id: string, session: number, transports: TransportPair) {
    this.id = id;
    this.session = session;
    this.transports = transports;
    this.#room = room;
    room.viewers.set(id, this);
  }

  produce(trackId: string, kind: TrackKind): Promise<{ readonly producerId: string }> {
    return this.#room.media.produce(this.id, this.session, trackId, rtpParametersOf(kind));
  }

  async consumersOpened(offers: readonly ConsumerOffer[]): Promise<void> {
    this.offers.push(...offers);
  }
}
