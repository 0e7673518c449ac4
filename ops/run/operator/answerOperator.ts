import type { RoomHost } from '../../../core/host/RoomHost.ts';
import type { RoomHosts } from '../../../core/host/RoomHosts.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { RoomMedia } from '../../../core/media/RoomMedia.ts';
import type { Logger, NodeInfo } from '../../../core/ports.ts';
import type { RoomState } from '../../../core/room/state.ts';
import { writeState } from '../../../recovery/snapshots.ts';
import type { Signaling } from '../../../signaling/Signaling.ts';
import type { AnswerOperator } from './openOperatorSocket.ts';
import type { NodeReport, OpenRoomReport, OperatorRequest } from './requests.ts';

export interface OperatorDeps {
  readonly self: () => NodeInfo;
  readonly version: string;
  readonly rooms: Pick<RoomHosts, 'get' | 'list'>;
  readonly media: Pick<MediaPlane, 'openRooms' | 'workers'>;
  readonly signaling: Pick<Signaling, 'answerOperator' | 'checks'>;
  readonly clockErrorMs: () => number;
  readonly logger: Logger;
}

/** Answers what an operator on this machine asks. */
export function answerOperator(deps: OperatorDeps): AnswerOperator {
  const { rooms, media, signaling, logger } = deps;
  const roomOf = (roomId: string): RoomHost => {
    const host = rooms.get(roomId);
    if (!host) throw new Error(`Room ${JSON.stringify(roomId)} is not open on this node: nobody here uses it.`);
    return host;
  };
  const reportOf = (host: RoomHost, open = media.openRooms()) => roomReport(host, open.get(host.roomId));
  return async (request) => {
    switch (request.type) {
      case 'node':
        return nodeReport(deps);
      case 'workers':
        return media.workers();
      case 'rooms': {
        const open = media.openRooms();
        return rooms.list().map((host) => reportOf(host, open));
      }
      case 'room': {
        const host = roomOf(request.roomId);
        return { ...reportOf(host), state: JSON.parse(writeState(withoutHashes(host.state))) };
      }
      case 'media': {
        const room = media.openRooms().get(roomOf(request.roomId).roomId);
        if (!room) throw new Error(`Room ${JSON.stringify(request.roomId)} has no media on this node.`);
        return room.report(request);
      }
      case 'call':
        return call(request);
    }
  };

  async function call({ method, path, body, changes, by }: Extract<OperatorRequest, { readonly type: 'call' }>) {
    if (method !== 'GET') {
      if (!changes) throw new Error(`${method} changes something: start the console with --write.`);
      // Bodies may hold passwords.
      logger.warn({ operator: by, method, path }, 'an operator changes something from the console');
    }
    const reply = await signaling.answerOperator(method, path, body);
    const text = reply.body.toString();
    const isJson = reply.headers['content-type']?.startsWith('application/json') === true;
    return { status: reply.status, body: isJson ? JSON.parse(text) : text };
  }
}

function nodeReport({ self, version, signaling, clockErrorMs }: OperatorDeps): NodeReport {
  const checks = signaling.checks();
  return {
    ...self(),
    version,
    pid: process.pid,
    ready: Object.values(checks).every(Boolean),
    checks,
    memoryBytes: process.memoryUsage.rss(),
    clockErrorMs: clockErrorMs(),
  };
}

function roomReport({ roomId, isReadOnly, sessions, state, version }: RoomHost, media?: RoomMedia): OpenRoomReport {
  const { producers, consumers } = media?.inventory() ?? { producers: [], consumers: [] };
  return {
    roomId,
    name: state.settings.name,
    version,
    readOnly: isReadOnly,
    people: state.participants.size,
    here: sessions,
    producers: producers.length,
    consumers: consumers.length,
    flowing: consumers.filter(({ paused }) => !paused).length,
  };
}

/** Only servers have the hashes of passwords, devices and addresses [S2]. */
function withoutHashes(state: RoomState): RoomState {
  const bare = <V extends { readonly device: string | null; readonly address: string | null }>(
    people: ReadonlyMap<string, V>,
  ) => new Map([...people].map(([id, person]) => [id, { ...person, device: null, address: null }]));
  return {
    ...state,
    settings: { ...state.settings, passwordHash: state.settings.passwordHash === null ? null : 'set' },
    participants: bare(state.participants),
    lobby: bare(state.lobby),
    bans: bare(state.bans),
  };
}
