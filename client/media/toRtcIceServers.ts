import type { EntryAnswer } from '../../signaling/protocol/requests.ts';

/** Browsers refuse a field that is present and undefined. */
export function toRtcIceServers(servers: EntryAnswer['iceServers']): RTCIceServer[] {
  return servers.map(({ urls, username, credential }) => ({
    urls,
    ...(username !== undefined && { username }),
    ...(credential !== undefined && { credential }),
  }));
}
