// Proves that a worker binary starts, speaks mediasoup's language, and carries RTP: node smokeWorker.mjs BINARY
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createWorker } from 'mediasoup';

const [, , workerBin] = process.argv;
if (!workerBin) throw new Error('smokeWorker.mjs takes the path of a worker');
const LOOPBACK = /** @type {const} */ ({ protocol: 'udp', ip: '127.0.0.1' });

const worker = await createWorker({ workerBin });
worker.once('died', (error) => {
  process.stderr.write(`the worker died: ${error.message}\n`);
  process.exit(1);
});
const webRtcServer = await worker.createWebRtcServer({ listenInfos: [LOOPBACK, { ...LOOPBACK, protocol: 'tcp' }] });
const router = await worker.createRouter({
  mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, preferredPayloadType: 100 }],
});
await router.createWebRtcTransport({ webRtcServer });

const inbound = await router.createPlainTransport({ listenInfo: LOOPBACK, comedia: true });
const producer = await inbound.produce({
  kind: 'audio',
  rtpParameters: {
    codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2 }],
    encodings: [{ ssrc: 1111 }],
  },
});
const outbound = await router.createPlainTransport({ listenInfo: LOOPBACK });
const receiver = createSocket('udp4').bind(0, '127.0.0.1');
await once(receiver, 'listening');
await outbound.connect({ ip: '127.0.0.1', port: receiver.address().port });
await outbound.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });

const sender = createSocket('udp4');
const received = once(receiver, 'message');
let sequence = 0;
const sending = setInterval(() => {
  const packet = Buffer.alloc(32);
  packet.writeUInt16BE((0x80 << 8) | 100, 0);
  packet.writeUInt16BE(++sequence, 2);
  packet.writeUInt32BE(sequence * 960, 4);
  packet.writeUInt32BE(1111, 8);
  sender.send(packet, inbound.tuple.localPort, '127.0.0.1');
}, 20);
await received;
clearInterval(sending);
worker.close();
process.exit(0);
