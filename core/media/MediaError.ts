/** A media call that cannot succeed: stale session, unknown transport or track, parameters that mediasoup refuses. */
export class MediaError extends Error {
  readonly code: 'STALE_SESSION' | 'TRANSPORT_NOT_FOUND' | 'TRACK_NOT_FOUND' | 'MEDIA_INVALID' | 'MEDIA_UNAVAILABLE';

  constructor(code: MediaError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MediaError';
    this.code = code;
  }
}
