/** The counts that tell where pictures stay away: at the encoder, on the way, or at the decoder. */
const COUNTS = [
  ...['ssrc', 'rid', 'active', 'packetsSent', 'packetsReceived', 'packetsLost', 'framesEncoded', 'keyFramesEncoded'],
  ...['framesReceived', 'framesDecoded', 'keyFramesDecoded', 'pliCount', 'firCount', 'nackCount', 'targetBitrate'],
  ...['availableOutgoingBitrate', 'currentRoundTripTime', 'framesPerSecond', 'freezeCount'],
];
const TYPES = new Set(['outbound-rtp', 'inbound-rtp', 'remote-inbound-rtp', 'media-source', 'candidate-pair']);

export function videoStatsOf(report: RTCStatsReport): string[] {
  const lines: string[] = [];
  for (const stat of report.values() as Iterable<Record<string, unknown>>) {
    const { kind, nominated, type } = stat;
    const isMeant = type === 'candidate-pair' ? nominated === true : kind === 'video';
    if (!TYPES.has(String(type)) || !isMeant) continue;
    const counts = COUNTS.filter((name) => stat[name] !== undefined).map((name) => `${name} ${String(stat[name])}`);
    lines.push(`${String(type)}: ${counts.join(', ')}`);
  }
  return lines;
}
