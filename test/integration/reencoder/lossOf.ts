import { kindOf } from '../../../reencoder/rtp/packets.ts';
import { randomFrom } from '../../support/random.ts';

/** A packet that is lost again and again is given up, as it should be; so often it is still worth asking for. */
const MOST_LOSSES_OF_ONE = 2;

/** Says of each datagram of one RTP stream whether it gets lost: this share, as the seed decides, and no RTCP. */
export function lossOf(share: number, seed: number): (datagram: Buffer) => boolean {
  const random = randomFrom(seed);
  const losses = new Map<number, number>();
  return (datagram) => {
    if (kindOf(datagram) !== 'rtp' || random() >= share) return false;
    const sequenceNumber = datagram.readUInt16BE(2);
    const times = losses.get(sequenceNumber) ?? 0;
    losses.set(sequenceNumber, times + 1);
    return times < MOST_LOSSES_OF_ONE;
  };
}
