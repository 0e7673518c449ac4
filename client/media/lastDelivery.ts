/**
 * Returns when the receiver delivered its last frame, by the receiver's own clock; undefined if there was none for some
 * seconds.
 */
export function lastDelivery(receiver: RTCRtpReceiver): number | undefined {
  const times = receiver.getSynchronizationSources().map(({ timestamp }) => timestamp);
  return times.length === 0 ? undefined : Math.max(...times);
}
