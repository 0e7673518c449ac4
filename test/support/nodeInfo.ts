import type { NodeInfo } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';

/** What an idle node says of itself. */
export function nodeInfo(nodeId: NodeId, differs: Partial<NodeInfo> = {}): NodeInfo {
  return {
    nodeId,
    name: nodeId,
    url: `http://${nodeId}`,
    startedAt: 1,
    draining: false,
    load: 0,
    capacity: 500,
    rooms: 0,
    participants: 0,
    journalFormat: 1,
    internalUrl: null,
    mediaAddress: null,
    region: null,
    cpu: 0,
    protocols: [2, 3],
    channelVersion: 0,
    full: false,
    filesAt: null,
    standsBy: false,
    ...differs,
  };
}
