import type { types } from 'mediasoup-client';

/**
 * Returns the parameters that the producer at this place on fresh transports will have, judged by the track's last
 * producer. The server opens the producer with them, and viewers get ready for it, while it is still being negotiated
 * here. `mid` and `rid` identify its packets, since SSRCs are drawn afresh each time.
 */
export function expectedParameters(last: types.RtpParameters, place: number): types.RtpParameters {
  return { ...last, mid: String(place), encodings: (last.encodings ?? []).map(withoutSsrc) };
}

/**
 * Returns true if the negotiated parameters are those that the server expects. CNAME and msid are labels: the server
 * gives its own to viewers.
 */
export function isAsExpected(expected: types.RtpParameters, negotiated: types.RtpParameters): boolean {
  return essenceOf(expected) === essenceOf(negotiated);
}

/** The part that decides which packets are whose, and how they are read. */
function essenceOf({ mid, codecs, headerExtensions, encodings = [] }: types.RtpParameters): string {
  return JSON.stringify([mid, codecs, headerExtensions, encodings.map(withoutSsrc)]);
}

function withoutSsrc(encoding: types.RtpEncodingParameters): types.RtpEncodingParameters {
  const { ssrc: _ssrc, rtx: _rtx, ...rest } = encoding;
  return rest;
}
