const LOOK_EVERY_MS = 20;

/**
 * Looks every 20 ms at the receiver of that moment, and calls `onPacket` if it has played another packet. Returns a
 * function that stops it.
 */
export function watchPacketsPlayed(receiver: () => RTCRtpReceiver | undefined, onPacket: () => void): () => void {
  let lastTimestamp: number | undefined;
  const timer = setInterval(() => {
    const [source] = receiver()?.getSynchronizationSources() ?? [];
    if (!source || source.timestamp === lastTimestamp) return;
    lastTimestamp = source.timestamp;
    onPacket();
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
