import type { types } from 'mediasoup';

/** mediasoup's own types by name, so that nothing outside `core/media` imports mediasoup. */
export type RtpCapabilities = types.RtpCapabilities;
export type RtpParameters = types.RtpParameters;
export type DtlsParameters = types.DtlsParameters;
export type IceParameters = types.IceParameters;
export type IceCandidate = types.IceCandidate;
