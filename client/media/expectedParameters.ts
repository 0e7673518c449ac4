import type { types } from 'mediasoup-client';

/**
 * What the producer at this place on fresh transports will say of itself, by what the track's last one said. The server opens it by
 * that, and viewers get ready for it, while it is still being negotiated here. Its packets are told by `mid` and `rid`: SSRCs are
 * drawn anew each time.
 */
export function expectedParameters(last: types.RtpParameters, place: number): types.RtpParameters {
  return { ...last, mid: String(place), encodings: (last.encodings ?? []).map(withoutSsrc) };
}

/** Whether what was negotiated is what the server was told to expect. CNAME and msid are labels: the server gives its own to viewers. */
export function isAsExpected(expected: types.RtpParameters, negotiated: types.RtpParameters): boolean {
  return essenceOf(expected) === essenceOf(negotiated);
}

/** What decides which packets are whose, and how they are read. */
function essenceOf({ mid, codecs, headerExtensions, encodings = [] }: types.RtpParameters): string {
  return JSON.stringify([mid, codecs, headerExtensions, encodings.map(withoutSsrc)]);
}

function withoutSsrc(encoding: types.RtpEncodingParameters): types.RtpEncodingParameters {
  const { ssrc: _ssrc, rtx: _rtx, ...rest } = encoding;
  return rest;
}
