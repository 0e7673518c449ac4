const LOOK_EVERY_MS = 20;

/**
 * Calls `onPacket` whenever another packet has been played of what the receiver receives then; looked at every 20 ms.
 * Ends with the returned function.
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
