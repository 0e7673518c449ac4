import { Device } from 'mediasoup-client';
declare global { interface Window { call(name: string, ...args: any[]): Promise<any>; rebuild(s:number): Promise<void>; start(caps: any, id: string, session: number): Promise<void>; open(offers: any[]): Promise<void>; closed(ids: string[]): void; frames: Record<string, number[]>; } }
let device: Device; let id: string; let stream: MediaStream; let send: any; let recv: any; let session = 1;
const consumers = new Map<string, any>(); const videos = new Map<string, HTMLVideoElement>();
window.frames2 = {} as any; const frames: Record<string, number[]> = ((window as any).gaps = {});
window.start = async (caps, myId, s) => {
  id = myId; session = s; device = new Device(); await device.load({ routerRtpCapabilities: caps });
  stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360, frameRate: 30 }, audio: true });
  await window.rebuild(s);
};
window.rebuild = async (s) => {
  session = s;
  const old = [send, recv];
  consumers.clear();
  const t = await window.call('openTransports', id, session, device.recvRtpCapabilities);
  send = device.createSendTransport(t.send); recv = device.createRecvTransport(t.recv);
  for (const x of [send, recv]) x.on('connect', ({ dtlsParameters }: any, done: any, fail: any) => window.call('connect', id, session, x.id, dtlsParameters).then(done, fail));
  send.on('produce', ({ rtpParameters, appData }: any, done: any, fail: any) => window.call('produce', id, session, appData.trackId, rtpParameters).then((r: any) => done({ id: r.producerId }), fail));
  const v = send.produce({ track: stream.getVideoTracks()[0], stopTracks: false, appData: { trackId: id + '-cam' }, encodings: [{ scaleResolutionDownBy: 2, maxBitrate: 150000 }, { scaleResolutionDownBy: 1, maxBitrate: 600000 }], codecOptions: { videoGoogleStartBitrate: 1000 } });
  const a = send.produce({ track: stream.getAudioTracks()[0], stopTracks: false, appData: { trackId: id + '-mic' } });
  await Promise.all([v, a]);
  for (const x of old) x?.close();
};
window.open = (async (offers: any[]) => {
  await Promise.all(offers.map(async (o) => {
    const c = await recv.consume({ id: o.consumerId, producerId: o.producerId, kind: o.kind, rtpParameters: o.rtpParameters });
    if (o.kind !== 'video') return;
    let el = videos.get(o.trackId);
    if (!el) { el = document.createElement('video'); el.muted = true; el.autoplay = true; el.srcObject = new MediaStream(); document.body.append(el); videos.set(o.trackId, el); frames[o.trackId] = [];
      const el2 = el; const cb = () => { frames[o.trackId]!.push(Date.now()); el2.requestVideoFrameCallback(cb); }; el2.requestVideoFrameCallback(cb); void el.play(); }
    const ms = el.srcObject as MediaStream; for (const t of ms.getTracks()) ms.removeTrack(t); ms.addTrack(c.track);
  }));
}) as any;
