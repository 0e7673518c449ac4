/** How media go between this client and the server, as WebRTC measures it. */
export interface ConnectionReport {
  /** relay: through a TURN server. Null before media are connected. */
  readonly path: 'udp' | 'tcp' | 'relay' | null;
  /** To the server or the relay, such as `192.0.2.1:40000`. */
  readonly remote: string | null;
  readonly rttMs: number | null;
  readonly sentBps: number | null;
  readonly receivedBps: number | null;
  /** Of the packets since the report before, from 0 to 1; null if there were none. */
  readonly lossSending: number | null;
  readonly lossReceiving: number | null;
  readonly sending: readonly SentMedia[];
  readonly receiving: readonly ReceivedMedia[];
}

export interface SentMedia {
  readonly kind: string;
  readonly codec: string;
  /** Lowest first; one without a size for sound. */
  readonly layers: readonly MediaLayer[];
}

export interface ReceivedMedia extends MediaLayer {
  readonly kind: string;
  readonly codec: string;
}

export interface MediaLayer {
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
}

/** The counters of one moment; the next report is the difference to them. */
export interface Counters {
  readonly at: number;
  readonly sent: number;
  readonly received: number;
  readonly packetsSent: number;
  readonly lostSending: number;
  readonly packetsReceived: number;
  readonly lostReceiving: number;
}

type Stat = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** Reads the reports of the sending and the receiving connection; `before` are the counters of the last time. */
export function toConnectionReport(
  reports: readonly RTCStatsReport[],
  before: Counters | undefined,
): { readonly report: ConnectionReport; readonly counters: Counters } {
  const stats = reports.map((report) => new Map([...report.values()].map((stat: Stat) => [stat.id, stat])));
  const ways = stats.flatMap((all) => wayOf(all) ?? []);
  const way = ways[0];
  const each = <T>(type: string, read: (stat: Stat, all: ReadonlyMap<string, Stat>) => T): T[] =>
    stats.flatMap((all) => [...all.values()].filter((stat) => stat.type === type).map((stat) => read(stat, all)));
  const sum = (type: string, name: string): number => each(type, (stat) => count(stat, name)).reduce(add, 0);
  const counters: Counters = {
    at: Math.max(0, ...each('transport', (stat) => count(stat, 'timestamp'))),
    sent: sum('outbound-rtp', 'bytesSent'),
    received: sum('inbound-rtp', 'bytesReceived'),
    packetsSent: sum('outbound-rtp', 'packetsSent'),
    lostSending: sum('remote-inbound-rtp', 'packetsLost'),
    packetsReceived: sum('inbound-rtp', 'packetsReceived'),
    lostReceiving: sum('inbound-rtp', 'packetsLost'),
  };
  const passedMs = before === undefined ? 0 : counters.at - before.at;
  const rate = (name: 'sent' | 'received'): number | null => {
    const bytes = counters[name] - (before?.[name] ?? 0);
    return passedMs > 0 && bytes >= 0 ? (bytes * 8_000) / passedMs : null;
  };
  const since = (name: keyof Counters): number => counters[name] - (before?.[name] ?? 0);
  const report: ConnectionReport = {
    path: way?.path ?? null,
    remote: way?.remote ?? null,
    rttMs: way?.rttMs ?? null,
    sentBps: rate('sent'),
    receivedBps: rate('received'),
    lossSending: share(since('lostSending'), since('packetsSent')),
    lossReceiving: share(since('lostReceiving'), since('packetsReceived') + since('lostReceiving')),
    sending: toSent(each('outbound-rtp', (stat, all) => ({ stat, codec: codecOf(stat, all) }))),
    receiving: each('inbound-rtp', (stat, all) => ({ stat, codec: codecOf(stat, all) }))
      .filter(({ stat }) => count(stat, 'packetsReceived') > 0)
      .map(({ stat, codec }) => ({ kind: text(stat, 'kind'), codec, ...layerOf(stat) })),
  };
  return { report, counters };
}

function wayOf(all: ReadonlyMap<string, Stat>): Pick<ConnectionReport, 'path' | 'remote' | 'rttMs'> | null {
  const transport = [...all.values()].find(({ type }) => type === 'transport');
  // Packets that arrive are no connection before the handshake is through.
  if (typeof transport?.dtlsState === 'string' && transport.dtlsState !== 'connected') return null;
  const chosen = transport?.selectedCandidatePairId;
  const pairs = [...all.values()].filter(({ type }) => type === 'candidate-pair');
  // Firefox has no `transport`, and says it of the pair.
  const pair = pairs.find(({ id }) => id === chosen) ?? pairs.find((one) => one.nominated && one.state === 'succeeded');
  const local = all.get(String(pair?.localCandidateId));
  const remote = all.get(String(pair?.remoteCandidateId));
  if (pair === undefined || local === undefined) return null;
  const rtt = pair.currentRoundTripTime;
  return {
    path: local.candidateType === 'relay' ? 'relay' : local.protocol === 'tcp' ? 'tcp' : 'udp',
    remote: remote?.address === undefined ? null : `${remote.address}:${remote.port}`,
    rttMs: typeof rtt === 'number' ? Math.round(rtt * 1_000) : null,
  };
}

function toSent(streams: readonly { readonly stat: Stat; readonly codec: string }[]): SentMedia[] {
  const sources = new Map<string, { kind: string; codec: string; layers: MediaLayer[] }>();
  for (const { stat, codec } of streams) {
    // A layer that nobody watches is not sent.
    if (stat.active === false || count(stat, 'packetsSent') === 0) continue;
    const source = `${stat.mid ?? stat.mediaSourceId ?? stat.id}`;
    const known = sources.get(source) ?? { kind: text(stat, 'kind'), codec, layers: [] };
    sources.set(source, { ...known, layers: [...known.layers, layerOf(stat)] });
  }
  return [...sources.values()].map((source) => ({
    ...source,
    layers: source.layers.toSorted((a, b) => (a.height ?? 0) - (b.height ?? 0)),
  }));
}

function layerOf(stat: Stat): MediaLayer {
  const size = (name: string) => (typeof stat[name] === 'number' ? stat[name] : null);
  return { width: size('frameWidth'), height: size('frameHeight'), framesPerSecond: size('framesPerSecond') };
}

function codecOf(stat: Stat, all: ReadonlyMap<string, Stat>): string {
  const mimeType = all.get(String(stat.codecId))?.mimeType;
  return typeof mimeType === 'string' ? mimeType.replace(/^.*\//u, '') : '';
}

function count(stat: Stat, name: string): number {
  const value = stat[name];
  return typeof value === 'number' ? value : 0;
}

function text(stat: Stat, name: string): string {
  return typeof stat[name] === 'string' ? stat[name] : '';
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : null;
}

const add = (sum: number, value: number): number => sum + value;
