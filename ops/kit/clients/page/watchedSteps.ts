import { StepLog } from '../StepLog.ts';

/**
 * The steps of this page's recoveries. Import it before all else: libraries keep the `WebSocket` that they find when
 * they are loaded.
 */
export const steps = new StepLog();

window.RTCPeerConnection = steps.watchedPeers(RTCPeerConnection);
window.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    steps.watchSocket(this);
  }
};
