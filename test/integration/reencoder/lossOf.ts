import { kindOf } from '../../../reencoder/rtp/packets.ts';
import { randomFrom } from '../../support/random.ts';

/** Most losses of one packet. A packet lost more often would rightly be given up. */
const MOST_LOSSES_OF_ONE = 2;

/** Decides by the seed which datagrams of one RTP stream get lost: this share of them, and never RTCP. */
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
