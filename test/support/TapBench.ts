import { CompoundPacket, NackPacket, PliPacket, ReceiverReportPacket } from 'rtp.js/packets';
import type { CodedFrame } from '../../reencoder/frames.ts';
import { LayerSender } from '../../reencoder/rtp/LayerSender.ts';
import { fromNackItem } from '../../reencoder/rtp/LossRepair.ts';
import { TapReceiver } from '../../reencoder/rtp/TapReceiver.ts';
import { ManualClock } from './ManualClock.ts';

export const TAP_SSRC = 77;
const TAP_PAYLOAD_TYPE = 96;
export const FRAME_MS = 33;

/** Returns a frame that its `number` identifies. */
export function vp8(number: number, { keyframe = false, size = 3_000, timestamp = number * 2_970 } = {}): CodedFrame {
  const data = Buffer.alloc(size, number);
  if (keyframe) data.write('1000009d012a40016801', 0, 'hex');
  else data.writeUInt8(0x31, 0);
  return { data, keyframe, timestamp };
}

export const sequenceNumber = (packet: Buffer | undefined): number => packet?.readUInt16BE(2) ?? -1;

/** A tap, a source of VP8 whose packets a test delivers, and the tap's output. */
export class TapBench {
  readonly clock = new ManualClock();
  readonly frames: CodedFrame[] = [];
  readonly tap: TapReceiver;
  discontinuities = 0;
  #source = new LayerSender(TAP_SSRC, TAP_PAYLOAD_TYPE, 'VP8');
  #sent: Buffer[] = [];

  constructor() {
    this.tap = new TapReceiver({
      send: (packet) => this.#sent.push(packet),
      ssrc: TAP_SSRC,
      payloadType: TAP_PAYLOAD_TYPE,
      codec: 'VP8',
      clock: this.clock,
      listener: {
        frame: (frame) => this.frames.push(frame),
        discontinuity: () => {
          this.discontinuities += 1;
        },
      },
    });
  }

  /** Restarts the source with other sequence numbers. */
  restartSource = (): void => {
    this.#source = new LayerSender(TAP_SSRC, TAP_PAYLOAD_TYPE, 'VP8');
  };

  packetsOf = (frame: CodedFrame): Buffer[] => this.#source.toPackets(frame, this.clock.now());

  /** Returns the numbers of the frames that came. */
  numbers = (): (number | undefined)[] => this.frames.map(({ data }) => data.at(-1));

  receive = (packets: readonly (Buffer | undefined)[]): void => {
    for (const packet of packets) if (packet) this.tap.receive(packet);
  };

  /** Plays a frame every 33 ms, with all of its packets. */
  play = (first: number, last: number, keyframeAt = first): void => {
    for (let number = first; number <= last; number++) {
      this.receive(this.packetsOf(vp8(number, { keyframe: number === keyframeAt })));
      this.clock.advance(FRAME_MS);
    }
  };

  /** Returns the RTCP that the tap sent since the last call. */
  feedback = () => {
    const packets = this.#sent.splice(0).flatMap((datagram) => {
      const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
      return new CompoundPacket(view).getPackets();
    });
    return {
      nacked: packets.filter((p) => p instanceof NackPacket).map((p) => p.getItems().flatMap(fromNackItem)),
      plis: packets.filter((p) => p instanceof PliPacket),
      reports: packets.filter((p) => p instanceof ReceiverReportPacket).flatMap((p) => p.getReports()),
    };
  };
}
