import { describe, expect, it } from 'vitest';
import type { InputCodec } from '../../../core/reencoding/messages.ts';
import { fc } from '../../../test/support/fastCheck.ts';
import { splitAnnexB } from '../../codecs/h264.ts';
import { createFormat, createPacketizer } from './createFormat.ts';
import { H264Format } from './h264.ts';
import { Vp8Format } from './vp8.ts';
import { Vp9Format } from './vp9.ts';

const MTU = 1_200;
const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((b) => Buffer.from(b));
const whole = (payloads: readonly (readonly Buffer[])[]) => payloads.map((pieces) => Buffer.concat(pieces));
const annexB = (...units: readonly Buffer[]) =>
  Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]));

function vp8Frame(keyframe: boolean, size: number): Buffer {
  const frame = Buffer.alloc(size, 0x55);
  if (keyframe) frame.write('1000009d012a40016801', 0, 'hex');
  else frame.writeUInt8(0x31, 0);
  return frame;
}

describe('VP8', () => {
  it.each([
    [true, 10],
    [true, 1_194],
    [true, 1_195],
    [false, 3],
    [false, 40_000],
  ])('a VP8 frame (keyframe: %s) of %i bytes survives packetizing, in payloads that fit', (keyframe, size) => {
    const data = vp8Frame(keyframe, size);
    const payloads = whole(createPacketizer('VP8').packetize({ data, keyframe, timestamp: 0 }, MTU));
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(MTU);
    expect(new Vp8Format().join(payloads)).toEqual({ type: 'frame', data, keyframe });
    expect(payloads.map((payload) => new Vp8Format().startsKeyframe(payload))).toEqual(
      payloads.map((_, i) => keyframe && i === 0),
    );
  });

  it('VP8 payloads number pictures and base layer pictures: 15 bits, TL0PICIDX, temporal layer 0', () => {
    const packetizer = createPacketizer('VP8');
    const descriptors = [1, 2].map(() => {
      const [first, second] = whole(
        packetizer.packetize({ data: vp8Frame(true, 2_000), keyframe: true, timestamp: 0 }, MTU),
      );
      expect(first?.[0]).toBe(0x90);
      expect(second?.[0]).toBe(0x80);
      expect(first?.subarray(1, 6)).toEqual(second?.subarray(1, 6));
      expect(first?.[1]).toBe(0xe0);
      expect(first?.[5]).toBe(0);
      return { pictureId: (first?.readUInt16BE(2) ?? 0) & 0x7fff, tl0: first?.[4] ?? 0 };
    });
    expect(descriptors[1]?.pictureId).toBe(((descriptors[0]?.pictureId ?? 0) + 1) & 0x7fff);
    expect(descriptors[1]?.tl0).toBe(((descriptors[0]?.tl0 ?? 0) + 1) & 0xff);
  });

  it.each([
    ['no extension', '10'],
    ['picture id of 7 bits', '90800f'],
    ['picture id of 15 bits', '9080f00f'],
    ['everything, second temporal layer', '90f0f00f2260'],
    ['non-reference', '30'],
  ])('a VP8 descriptor with %s is read', (_, descriptor) => {
    const data = vp8Frame(true, 50);
    const payload = Buffer.concat([Buffer.from(descriptor, 'hex'), data]);
    expect(new Vp8Format().join([payload])).toEqual({ type: 'frame', data, keyframe: true });
  });

  it.each([
    ['does not begin at the start', ['00ff', '00ff']],
    ['begins twice', ['1031ffff', '1031ffff']],
    ['begins with a later partition', ['1131ffff']],
    ['has a truncated descriptor', ['90', '00ff']],
    ['is a keyframe without its start code', ['1010000000000040016801']],
    ['is too short for anything', ['1031']],
  ])('a VP8 frame that %s is broken', (_, payloads) => {
    expect(new Vp8Format().join(payloads.map((payload) => Buffer.from(payload, 'hex')))).toEqual({ type: 'broken' });
  });
});

describe('H264', () => {
  const sps = Buffer.from('6742e01fda02d0497e10', 'hex');
  const pps = Buffer.from('68ce3c80ff', 'hex').subarray(0, 4);
  const idr = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(5_000, 0x77)]);
  const slice = Buffer.concat([Buffer.from([0x41]), Buffer.alloc(300, 0x77)]);

  it('an H264 frame survives packetizing: parameter sets together, large units in fragments', () => {
    const data = annexB(sps, pps, idr);
    const payloads = whole(createPacketizer('H264').packetize({ data, keyframe: true, timestamp: 0 }, MTU));
    expect(payloads[0]).toEqual(Buffer.concat([Buffer.from('78000a', 'hex'), sps, Buffer.from('0004', 'hex'), pps]));
    expect((payloads[1]?.[0] ?? 0) & 0x1f).toBe(28);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(MTU);
    const format = new H264Format();
    expect(payloads.map((payload) => format.startsKeyframe(payload))).toEqual([
      true,
      ...payloads.slice(1).map(() => false),
    ]);
    expect(format.join(payloads)).toEqual({ type: 'frame', data, keyframe: true });
  });

  it('a small H264 slice is one payload; delimiters are left out', () => {
    const data = annexB(Buffer.from([9, 0xf0]), slice);
    const payloads = whole(createPacketizer('H264').packetize({ data, keyframe: false, timestamp: 0 }, MTU));
    expect(payloads).toEqual([slice]);
    expect(new H264Format().join(payloads)).toEqual({ type: 'frame', data: annexB(slice), keyframe: false });
  });

  it('an H264 keyframe without parameter sets gets the last ones; without any it is broken', () => {
    const format = new H264Format();
    expect(format.join([Buffer.from([0x65, 1, 2, 3])])).toEqual({ type: 'broken' });
    expect(format.join([sps, pps])).toEqual({ type: 'nothing' });
    expect(format.join([Buffer.from([0x65, 1, 2, 3])])).toEqual({
      type: 'frame',
      data: annexB(sps, pps, Buffer.from([0x65, 1, 2, 3])),
      keyframe: true,
    });
  });

  it.each([
    ['a fragment without a start', ['7c05ffff']],
    ['a unit whose end is missing', ['7c85ffff', '7c05ffff']],
    ['a start within a unit', ['7c85ffff', '7c85ffff']],
    ['a fragment of nothing', ['7c85']],
    ['an aggregate that announces more than there is', ['780fff6742']],
    ['an aggregate of nothing', ['78']],
    ['an aggregate within an aggregate', ['7800027842']],
    ['interleaved mode', ['79000102']],
    ['a reserved type', ['1f0001']],
  ])('an H264 frame with %s is broken', (_, payloads) => {
    expect(new H264Format().join(payloads.map((payload) => Buffer.from(payload, 'hex')))).toEqual({ type: 'broken' });
  });

  it('Annex B is split at start codes of three and four bytes', () => {
    const data = Buffer.concat([annexB(sps), Buffer.from([0, 0, 1]), pps, Buffer.from([0]), annexB(slice)]);
    expect(splitAnnexB(data)).toEqual([sps, pps, slice]);
    expect(splitAnnexB(Buffer.from('nothing of the kind'))).toEqual([]);
  });
});

describe('VP9', () => {
  const key = Buffer.from('82498342', 'hex');
  const inter = Buffer.from('86004092', 'hex');
  const payload = (descriptor: string, data: Buffer) => Buffer.concat([Buffer.from(descriptor, 'hex'), data]);

  it.each([
    ['without picture id', '0c'],
    ['with a picture id of 7 bits', '8c11'],
    ['with a picture id of 15 bits and layer indices', 'ac9234' + '0007'],
    ['flexible mode', '3c' + '00'],
    ['with a scalability structure', '8e11' + '38' + '0140' + '00b4' + '0280' + '0168' + '01' + '04' + '01'],
  ])('a VP9 keyframe %s is read', (_, descriptor) => {
    const format = new Vp9Format();
    expect(format.startsKeyframe(payload(descriptor, key))).toBe(true);
    expect(format.join([payload(descriptor, key)])).toEqual({ type: 'frame', data: key, keyframe: true });
  });

  it("the references of VP9's flexible mode are read", () => {
    const format = new Vp9Format();
    expect(format.join([payload('5c0302', inter)])).toEqual({ type: 'frame', data: inter, keyframe: false });
    expect(format.join([payload('5c03030302', inter)])).toEqual({ type: 'broken' });
  });

  it('the spatial layers of a VP9 picture make one superframe', () => {
    const joined = new Vp9Format().join([
      payload('a8110001', key),
      payload('a4110001', key),
      payload('ec110301', inter),
    ]);
    const index = Buffer.from(`d9${'08000000'}${'04000000'}d9`, 'hex');
    expect(joined).toEqual({ type: 'frame', data: Buffer.concat([key, key, inter, index]), keyframe: true });
  });

  it.each([
    ['does not begin', ['04', '04']],
    ['does not end', ['08', '00']],
    ['begins twice', ['08', '08']],
  ])('a VP9 frame that %s is broken', (_, descriptors) => {
    expect(new Vp9Format().join(descriptors.map((descriptor) => payload(descriptor, key)))).toEqual({ type: 'broken' });
  });

  it('a higher VP9 layer alone, or a picture that builds on others, is no keyframe', () => {
    const format = new Vp9Format();
    expect(format.join([payload('ac110201', key)])).toMatchObject({ keyframe: false });
    expect(format.startsKeyframe(payload('ac110201', key))).toBe(false);
    expect(format.startsKeyframe(payload('4c', key))).toBe(false);
    expect(format.startsKeyframe(payload('0c', inter))).toBe(false);
  });
});

describe.each<[InputCodec, Buffer, Buffer[]]>([
  ['VP8', vp8Frame(true, 20), [Buffer.concat([Buffer.from('10', 'hex'), vp8Frame(true, 20)])]],
  ['VP9', Buffer.from('82498342', 'hex'), [Buffer.from('0c82498342', 'hex')]],
  [
    'H264',
    annexB(Buffer.from('6742c01f', 'hex'), Buffer.from('68ce3c80', 'hex'), Buffer.from('65888480', 'hex')),
    ['6742c01f', '68ce3c80', '65888480'].map((unit) => Buffer.from(unit, 'hex')),
  ],
])('%s', (codec, data, keyframe) => {
  it(`a keyframe of ${codec} is read whole after arbitrary bytes`, () => {
    const format = createFormat(codec);
    fc.assert(
      fc.property(fc.array(bytes(1, 40), { minLength: 1, maxLength: 8 }), (payloads) => {
        for (const payload of payloads) format.startsKeyframe(payload);
        format.join(payloads);
        expect(format.join(keyframe)).toEqual({ type: 'frame', data, keyframe: true });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe.each(['VP8', 'H264'] as const)('%s', (codec) => {
  it(`any frame of ${codec} is cut into payloads that fit`, () => {
    const packetizer = createPacketizer(codec);
    fc.assert(
      fc.property(bytes(0, 5_000), fc.boolean(), (data, prefixed) => {
        const frame = prefixed ? annexB(data) : data;
        for (const pieces of packetizer.packetize({ data: frame, keyframe: false, timestamp: 0 }, MTU)) {
          const length = Buffer.concat(pieces).length;
          expect(length).toBeGreaterThan(0);
          expect(length).toBeLessThanOrEqual(MTU);
        }
      }),
      { numRuns: 500 },
    );
  });
});
