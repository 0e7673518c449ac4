import { NodeWebSocket } from 'socket.io-client';
import { openRpc } from '../../rpc.ts';
import type { TestMedia } from '../../testMedia.ts';
import { BareProbe } from '../bare/BareProbe.ts';
import type { ProbeName } from '../ClientHost.ts';
import type { ClientPlatform } from '../ClientPlatform.ts';
import { ClientProbe } from '../ClientProbe.ts';
import { watchPacketsPlayed } from '../packetsPlayed.ts';
import { StepLog } from '../StepLog.ts';
import { watchPictures, watchSound } from './sinks.ts';
import { openCamera, openMicrophone } from './sources.ts';
import { HANDLER_NAME } from './webrtcGlobals.ts';

/** One participant on libwebrtc. Its parent process calls its functions, and it ends with its parent. */
const media = JSON.parse(process.argv[2] ?? '') as TestMedia;

const steps = new StepLog();
globalThis.RTCPeerConnection = steps.watchedPeers(RTCPeerConnection);
const { createSocket } = NodeWebSocket.prototype;
NodeWebSocket.prototype.createSocket = function (this: InstanceType<typeof NodeWebSocket>, ...how) {
  const socket = createSocket.apply(this, how);
  steps.watchSocket(socket);
  return socket;
};

const platform: ClientPlatform = {
  steps,
  handlerName: HANDLER_NAME,
  openCamera: async () => openCamera(media),
  openMicrophone: async () => openMicrophone(),
  meter(track, onFrame, onTone) {
    const { kind, mediaStreamTrack } = track;
    if (!mediaStreamTrack) return () => undefined;
    if (kind === 'video') return watchPictures(mediaStreamTrack, onFrame);
    const stopSound = watchSound(mediaStreamTrack, onTone);
    const stopPackets = watchPacketsPlayed(() => track.consumer?.rtpReceiver, onFrame);
    return () => {
      stopSound();
      stopPackets();
    };
  },
};
const probes: Record<ProbeName, () => object> = {
  drill: () => new ClientProbe(platform),
  call: () => new BareProbe(platform),
};

// The parent's arguments name one of them.
openRpc(process, probes[process.argv[3] as ProbeName]());
process.on('disconnect', () => process.exit(0));
