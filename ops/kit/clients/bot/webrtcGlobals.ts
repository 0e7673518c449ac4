import wrtc from '@roamhq/wrtc';

/** Puts WebRTC where browsers have it, for mediasoup-client and the SDK. Import this before them. */
const {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCSessionDescription,
  RTCIceCandidate,
  RTCRtpReceiver,
  RTCRtpSender,
} = wrtc;
Object.assign(globalThis, {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCSessionDescription,
  RTCIceCandidate,
  RTCRtpReceiver,
  RTCRtpSender,
});

/** The browser that wrtc's libwebrtc behaves like, as mediasoup-client names it. */
export const HANDLER_NAME = 'Chrome111';
