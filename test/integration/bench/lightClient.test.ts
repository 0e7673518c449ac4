import { createWorker, type types } from 'mediasoup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MEDIA_CODECS } from '../../../core/media/codecs.ts';
import { DtlsClient, type SrtpKeys } from '../../../ops/bench/join/light/dtls/DtlsClient.ts';
import { IcePair } from '../../../ops/bench/join/light/IcePair.ts';
import { createSelfSigned } from '../../../ops/bench/join/light/selfSigned.ts';
import { buildRtpPacket } from '../../../reencoder/rtp/packets.ts';
import { SrtpSession } from '../../../reencoder/rtp/srtp/SrtpSession.ts';

let worker: types.Worker;
let router: types.Router;

beforeAll(async () => {
  worker = await createWorker({ logLevel: 'error' });
  router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
});
afterAll(() => worker.close());

const certificate = createSelfSigned('light client', Date.now());

/** The light client's end of a transport: its keys, and whatever comes once it has them. */
async function connect(transport: types.WebRtcTransport, fingerprint = fingerprintOf(transport)) {
  const keys = Promise.withResolvers<SrtpKeys>();
  const media: Buffer[] = [];
  let connected = false;
  const ice = await IcePair.open('127.0.0.1', (datagram) => {
    if (connected) media.push(datagram);
    else dtls.receive(datagram);
  });
  const dtls = new DtlsClient({
    certificate,
    serverFingerprint: fingerprint,
    send: (datagram) => ice.send(datagram),
    connected: (derived) => {
      connected = true;
      keys.resolve(derived);
    },
    failed: (error) => keys.reject(error),
  });
  ice.connect(transport, () => dtls.start());
  return { ice, media, keys: keys.promise };
}

function openTransport(): Promise<types.WebRtcTransport> {
  return router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
}

function fingerprintOf({ dtlsParameters }: types.WebRtcTransport): string {
  return dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256')?.value ?? '';
}

async function accept(transport: types.WebRtcTransport): Promise<void> {
  const fingerprints: types.DtlsFingerprint[] = [{ algorithm: 'sha-256', value: certificate.fingerprint }];
  await transport.connect({ dtlsParameters: { role: 'client', fingerprints } });
}

test('the light client connects, and reads what mediasoup encrypts', async () => {
  const transport = await openTransport();
  // The handshake begins before mediasoup is told of it, and is tried again: so it is in a crowd.
  const { ice, media, keys } = await connect(transport);
  await new Promise((resolve) => setTimeout(resolve, 70));
  await accept(transport);
  const srtp = new SrtpSession(await keys);
  await expect.poll(() => transport.dtlsState).toBe('connected');
  expect(transport.iceState).toBe('completed');

  const direct = await router.createDirectTransport();
  const producer = await direct.produce({
    kind: 'audio',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc: 7 }],
    },
  });
  await transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
  const header = { ssrc: 7, payloadType: 111, sequenceNumber: 1, timestamp: 1, marker: true };
  producer.send(buildRtpPacket(header, [Buffer.from('a sound')]));
  await expect.poll(() => media.length).toBeGreaterThan(0);
  expect(media.map((datagram) => srtp.unprotect(datagram)).some((packet) => packet?.includes('a sound'))).toBe(true);
  ice.close();
  transport.close();
});

test('the light client speaks only to the server that signaling told of', async () => {
  const transport = await openTransport();
  const { ice, keys } = await connect(transport, certificate.fingerprint);
  await Promise.all([accept(transport), expect(keys).rejects.toThrow('signaling')]);
  ice.close();
  transport.close();
});
