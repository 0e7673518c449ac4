import type { types } from 'mediasoup-client';
import { describe, expect, test } from 'vitest';
import { expectedParameters, isAsExpected } from './expectedParameters.ts';

const CAMERA: types.RtpParameters = {
  mid: '1',
  msid: 'stream camera',
  codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {}, rtcpFeedback: [] }],
  headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 }],
  encodings: [{ ssrc: 1_234, rtx: { ssrc: 1_235 }, maxBitrate: 150_000 }],
  rtcp: { cname: 'first', reducedSize: true, mux: true },
};

describe('what the next producer is expected to be', () => {
  test('an expected producer stands at its place, and has no SSRC yet', () => {
    const expected = expectedParameters(CAMERA, 0);
    expect(expected.mid).toBe('0');
    expect(expected.encodings).toEqual([{ maxBitrate: 150_000 }]);
    expect(expected.codecs).toEqual(CAMERA.codecs);
    expect(CAMERA.encodings?.[0]?.ssrc).toBe(1_234);
  });

  test('an expected producer is what was negotiated, whatever its SSRC and labels', () => {
    const negotiated = {
      ...CAMERA,
      mid: '0',
      msid: 'other camera',
      encodings: [{ ssrc: 99, rtx: { ssrc: 100 }, maxBitrate: 150_000 }],
      rtcp: { cname: 'second' },
    };
    expect(isAsExpected(expectedParameters(CAMERA, 0), negotiated)).toBe(true);
  });

  test.each([
    { what: 'place', change: { mid: '1' } },
    { what: 'payload type', change: { codecs: CAMERA.codecs.map((codec) => ({ ...codec, payloadType: 97 })) } },
    { what: 'header extension', change: { headerExtensions: [] } },
    { what: 'number of layers', change: { encodings: [{ rid: 'r0' }, { rid: 'r1' }] } },
  ])('an expected producer is not what was negotiated with another $what', ({ change }) => {
    expect(isAsExpected(expectedParameters(CAMERA, 0), { ...CAMERA, mid: '0', ...change })).toBe(false);
  });
});
