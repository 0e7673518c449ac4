import wrtc from '@roamhq/wrtc';

/** mediasoup-client and the SDK find WebRTC where browsers have it. Import this before them. */
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
