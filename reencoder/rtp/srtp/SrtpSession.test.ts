import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/fastCheck.ts';
import { buildRtpPacket } from '../packets.ts';
import { openRtcp, openRtp, sealRtcp, sealRtp } from './aead.ts';
import { createSrtpKey, SrtpSession } from './SrtpSession.ts';

/** RFC 7714 sections 16.1.1 and 17.1. */
const SESSION_KEY = {
  key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
  salt: Buffer.from('517569642070726f2071756f', 'hex'),
};
const RTP = {
  plain: '8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e6973206469766973' + '6120696e207061727465732074726573',
  sealed:
    '8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833' +
    '899d7f27beb16a9152cf765ee4390cce',
};
const RTCP = {
  plain: `81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61${'deadbeef'.repeat(5)}`,
  index: 0x5d4,
  sealed:
    '81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b' +
    'c84aa45896cf4d2fc5abf87245d9eade800005d4',
};

const hex = (text: string) => Buffer.from(text, 'hex');
const RR = hex('80c9000100000007');

function pair() {
  const [a, b] = [createSrtpKey(), createSrtpKey()];
  return {
    sender: new SrtpSession({ sendKey: a, receiveKey: b }),
    receiver: new SrtpSession({ sendKey: b, receiveKey: a }),
    stranger: new SrtpSession({ sendKey: b, receiveKey: b }),
  };
}

function rtp(sequenceNumber: number, ssrc = 7): Buffer {
  const header = { ssrc, payloadType: 96, sequenceNumber: sequenceNumber & 0xffff, timestamp: 1, marker: true };
  return buildRtpPacket(header, [Buffer.from(`packet ${sequenceNumber}`)]);
}

describe('AEAD_AES_128_GCM', () => {
  it("AEAD_AES_128_GCM makes the RFC's RTP packet and opens it", () => {
    expect(sealRtp(SESSION_KEY, hex(RTP.plain), 12, 0).toString('hex')).toBe(RTP.sealed);
    expect(openRtp(SESSION_KEY, hex(RTP.sealed), 12, 0)?.toString('hex')).toBe(RTP.plain);
    expect(openRtp(SESSION_KEY, hex(RTP.sealed), 12, 1)).toBeNull();
  });

  it("AEAD_AES_128_GCM makes the RFC's RTCP packet and opens it", () => {
    expect(sealRtcp(SESSION_KEY, hex(RTCP.plain), RTCP.index).toString('hex')).toBe(RTCP.sealed);
    const opened = openRtcp(SESSION_KEY, hex(RTCP.sealed));
    expect(opened?.packet.toString('hex')).toBe(RTCP.plain);
    expect(opened?.index).toBe(RTCP.index);
  });
});

describe('SrtpSession', () => {
  it("an SRTP session opens its peer's RTP and RTCP", () => {
    const { sender, receiver } = pair();
    expect(receiver.unprotect(sender.protect(rtp(1)))).toEqual(rtp(1));
    expect(receiver.unprotect(sender.protect(RR))).toEqual(RR);
    expect(sender.protect(rtp(2)).includes('packet')).toBe(false);
    expect(receiver.rejected).toBe(0);
  });

  it('an SRTP session counts cycles on both sides, even for packets late or sent again when numbers wrap', () => {
    const { sender, receiver } = pair();
    const order = [
      65_000, 65_530, 65_534, 65_537, 65_535, 65_536, 65_538, 65_533, 90_000, 120_000, 131_071, 131_074, 131_072,
      131_073,
    ];
    for (const index of order)
      expect(receiver.unprotect(sender.protect(rtp(index))), `packet ${index}`).toEqual(rtp(index));
    expect(receiver.rejected).toBe(0);
  });

  it('protecting a packet again gives the same bytes, and the receiver accepts them once', () => {
    const { sender, receiver } = pair();
    const first = sender.protect(rtp(10));
    for (let i = 11; i < 200; i++) sender.protect(rtp(i));
    expect(sender.protect(rtp(10))).toEqual(first);
    expect(receiver.unprotect(first)).not.toBeNull();
    expect(receiver.unprotect(first)).toBeNull();
    const rtcp = sender.protect(RR);
    expect(receiver.unprotect(rtcp)).not.toBeNull();
    expect(receiver.unprotect(rtcp)).toBeNull();
    expect(receiver.rejected).toBe(2);
  });

  it('an SRTP session refuses packets that are too old to know whether they were accepted', () => {
    const { sender, receiver } = pair();
    const old = sender.protect(rtp(1));
    receiver.unprotect(sender.protect(rtp(2_000)));
    expect(receiver.unprotect(old)).toBeNull();
  });

  it('packets of a stranger are refused and change nothing', () => {
    const { sender, receiver, stranger } = pair();
    receiver.unprotect(sender.protect(rtp(100)));
    for (const index of [101, 30_000, 60_000]) expect(receiver.unprotect(stranger.protect(rtp(index)))).toBeNull();
    expect(receiver.unprotect(sender.protect(rtp(101)))).toEqual(rtp(101));
  });

  it('an SRTP session refuses changed packets and arbitrary bytes', () => {
    const { sender, receiver } = pair();
    const packets = [sender.protect(rtp(5)), sender.protect(RR)];
    for (const packet of packets) {
      for (let bit = 0; bit < packet.length * 8; bit++) {
        const changed = Buffer.from(packet);
        changed.writeUInt8((changed[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
        expect(receiver.unprotect(changed), `bit ${bit}`).toBeNull();
      }
      for (let length = 0; length < packet.length; length++)
        expect(receiver.unprotect(packet.subarray(0, length))).toBeNull();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(0x80, 0x90, 0x8f), (bytes, first) => {
        expect(receiver.unprotect(Buffer.from([first, ...bytes]))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('an SRTP session requires keys of the right length', () => {
    const key = createSrtpKey();
    expect(() => new SrtpSession({ sendKey: { ...key, keyBase64: 'AAAA' }, receiveKey: key })).toThrow(RangeError);
  });
});
