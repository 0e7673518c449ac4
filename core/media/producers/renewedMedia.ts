import type { Track, TrackId } from '../../room/state.ts';
import type { ExpectedMedia } from '../RoomMedia.ts';
import type { RtpParameters } from '../rtpTypes.ts';

/**
 * Returns the media that a client will send on fresh transports, in the order in which it negotiates them: pictures
 * first, each kind in the order of publication. `sent`: what it sent before. `mid` and `rid` identify the packets,
 * since SSRCs are drawn afresh each time. A client that does otherwise says so (`produce`).
 */
export function renewedMedia(
  tracks: readonly Pick<Track, 'id' | 'kind'>[],
  sent: ReadonlyMap<TrackId, RtpParameters>,
): ExpectedMedia[] {
  const known = tracks.flatMap(({ id: trackId, kind }) => {
    const rtpParameters = sent.get(trackId);
    return rtpParameters ? [{ kind, trackId, rtpParameters }] : [];
  });
  return known
    .toSorted((a, b) => Number(a.kind === 'audio') - Number(b.kind === 'audio'))
    .map(({ trackId, rtpParameters }, place) => ({
      trackId,
      rtpParameters: {
        ...rtpParameters,
        mid: String(place),
        encodings: (rtpParameters.encodings ?? []).map(({ ssrc: _ssrc, rtx: _rtx, ...encoding }) => encoding),
      },
    }));
}
