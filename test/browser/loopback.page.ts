import { Device, type types } from 'mediasoup-client';

/** What the page needs from the server; the test provides each function, and the page calls it. */
declare global {
  interface Window {
    serverConnect(direction: 'send' | 'receive', dtlsParameters: types.DtlsParameters): Promise<void>;
    serverProduce(kind: types.MediaKind, rtpParameters: types.RtpParameters): Promise<string>;
    serverConsume(producerId: string, rtpCapabilities: types.RtpCapabilities): Promise<types.ConsumerOptions>;
    sendToMyself(offer: LoopbackOffer): Promise<LoopbackResult>;
  }
}

export interface LoopbackOffer {
  routerRtpCapabilities: types.RtpCapabilities;
  send: types.TransportOptions;
  receive: types.TransportOptions;
}

export interface LoopbackResult {
  framesDecoded: number;
  audioPackets: number;
  iceProtocol: string;
}

/** Sends camera and microphone to the server and receives them back; resolves once both have flowed. */
window.sendToMyself = async ({ routerRtpCapabilities, send, receive }) => {
  const device = new Device();
  await device.load({ routerRtpCapabilities });
  const sender = device.createSendTransport(send);
  const receiver = device.createRecvTransport(receive);
  sender.on('connect', ({ dtlsParameters }, done, fail) => {
    window.serverConnect('send', dtlsParameters).then(done, fail);
  });
  receiver.on('connect', ({ dtlsParameters }, done, fail) => {
    window.serverConnect('receive', dtlsParameters).then(done, fail);
  });
  sender.on('produce', ({ kind, rtpParameters }, done, fail) => {
    window.serverProduce(kind, rtpParameters).then((id) => done({ id }), fail);
  });

  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
  for (const track of stream.getTracks()) {
    const { id } = await sender.produce({ track });
    const consumer = await receiver.consume(await window.serverConsume(id, device.recvRtpCapabilities));
    const element = document.createElement(track.kind === 'audio' ? 'audio' : 'video');
    element.srcObject = new MediaStream([consumer.track]);
    document.body.append(element);
    await element.play();
  }

  for (;;) {
    const result = readStats(await receiver.getStats());
    if (result.framesDecoded >= 30 && result.audioPackets >= 50) return result;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

function readStats(report: RTCStatsReport): LoopbackResult {
  const result = { framesDecoded: 0, audioPackets: 0, iceProtocol: '' };
  for (const stats of report.values()) {
    if (stats.type === 'inbound-rtp' && stats.kind === 'video') result.framesDecoded += stats.framesDecoded ?? 0;
    if (stats.type === 'inbound-rtp' && stats.kind === 'audio') result.audioPackets += stats.packetsReceived ?? 0;
    if (stats.type === 'remote-candidate') result.iceProtocol = stats.protocol ?? '';
  }
  return result;
}
