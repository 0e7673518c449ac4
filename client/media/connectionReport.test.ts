import { expect, it } from 'vitest';
import { toConnectionReport } from './connectionReport.ts';

type Stat = Record<string, unknown> & { id: string; type: string };

const report = (...stats: Stat[]) => new Map(stats.map((stat) => [stat.id, stat])) as unknown as RTCStatsReport;

const way = (local: Record<string, unknown>): Stat[] => [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P', timestamp: 10_000 },
  { id: 'old', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: 9 },
  { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: 0.0314 },
  { id: 'L', type: 'local-candidate', ...local },
  { id: 'R', type: 'remote-candidate', address: '192.0.2.1', port: 40_000 },
];
const vp8: Stat = { id: 'C', type: 'codec', mimeType: 'video/VP8' };
const layer = (id: string, frameHeight: number, more = {}): Stat => {
  const sent = { mid: '0', bytesSent: 10_000, packetsSent: 100, frameWidth: frameHeight * 2, framesPerSecond: 30 };
  return { id, type: 'outbound-rtp', kind: 'video', codecId: 'C', frameHeight, ...sent, ...more };
};

it.each([
  [{ candidateType: 'host', protocol: 'udp' }, 'udp'],
  [{ candidateType: 'prflx', protocol: 'tcp' }, 'tcp'],
  [{ candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' }, 'relay'],
])('the path of %o is %s', (local, path) => {
  const { report: found } = toConnectionReport([report(...way(local))], undefined);
  expect(found).toMatchObject({ path, remote: '192.0.2.1:40000', rttMs: 31 });
});

it.each([
  ['new', null],
  ['connecting', null],
  ['connected', 'udp'],
  ['failed', null],
])('media have a path only when the handshake is through: %s', (dtlsState, path) => {
  const [transport = { id: '', type: '' }, ...rest] = way({ candidateType: 'host', protocol: 'udp' });
  const { report: found } = toConnectionReport([report({ ...transport, dtlsState }, ...rest)], undefined);
  expect(found.path).toBe(path);
});

it('browsers without a transport name the pair that was nominated', () => {
  const [, , pair = { id: '', type: '' }, ...ends] = way({ candidateType: 'host', protocol: 'udp' });
  const { report: found } = toConnectionReport(
    [report({ ...pair, nominated: true, state: 'succeeded' }, ...ends)],
    undefined,
  );
  expect(found.path).toBe('udp');
});

it('layers are those that are sent, lowest first, and loss and bitrate are those since the report before', () => {
  const sending = (packets: number, lost: number, at: number) => [
    report(
      { id: 'T', type: 'transport', timestamp: at },
      vp8,
      layer('h', 720, { bytesSent: packets * 100, packetsSent: packets }),
      layer('l', 180, { bytesSent: 0 }),
      layer('m', 360, { active: false }),
      { id: 'RI', type: 'remote-inbound-rtp', packetsLost: lost },
    ),
  ];
  const first = toConnectionReport(sending(1_000, 100, 1_000), undefined);
  expect(first.report.sentBps).toBeNull();
  const { report: found } = toConnectionReport(sending(2_000, 110, 3_000), first.counters);
  expect(found.sending).toEqual([
    {
      kind: 'video',
      codec: 'VP8',
      layers: [
        { width: 360, height: 180, framesPerSecond: 30 },
        { width: 1_440, height: 720, framesPerSecond: 30 },
      ],
    },
  ]);
  expect(found.sentBps).toBe(400_000);
  expect(found.lossSending).toBeCloseTo(0.01);
});

it('new connections after a recovery do not show negative numbers', () => {
  const before = toConnectionReport([report({ id: 'T', type: 'transport', timestamp: 1 }, layer('h', 720))], undefined);
  const { report: found } = toConnectionReport(
    [report({ id: 'T', type: 'transport', timestamp: 500 })],
    before.counters,
  );
  expect([found.sentBps, found.lossSending]).toEqual([null, null]);
});
