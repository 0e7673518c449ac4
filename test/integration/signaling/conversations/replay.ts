import { io, type Socket } from 'socket.io-client';
import { waitUntil } from '../../../support/waitUntil.ts';
import type { TestNode } from '../TestNode.ts';
import type { Conversation, Step } from './Recorder.ts';

interface EntryResult {
  readonly participantId?: string;
  readonly resumeToken?: string;
  readonly room?: { readonly createdAt?: number } | null;
}

/** What a request may say about its own room. */
interface Asked {
  readonly version?: number;
  readonly commitId?: string;
  readonly firstSent?: { readonly room: number };
}

/**
 * Plays the clients' side of a conversation to a node, each step once the node has sent everything it sent before that
 * step in the recording. Returns the node's messages, for each connection in order.
 */
export async function replay(node: TestNode, roomId: string, { protocol, steps }: Conversation): Promise<Step[][]> {
  const sockets = new Map<number, Socket>();
  const said = new Map<number, Step[]>();
  const tokens = new Map<string, string>();
  const commitIds = new Map<number, string>();
  let createdAt = 0;
  const hear = (step: Step): void => {
    said.set(step.on, [...(said.get(step.on) ?? []), step]);
    if (step.from === 'server' && step.does === 'tell') {
      const { version, commitId } = step.body as { version?: number; commitId?: string };
      if (version !== undefined && commitId !== undefined) commitIds.set(version, commitId);
    }
    if (step.from !== 'server' || step.does !== 'answer') return;
    const { result } = step.body as { result?: EntryResult };
    if (result?.room?.createdAt !== undefined) createdAt = result.room.createdAt;
    if (result?.resumeToken) tokens.set(`<resume ${result.participantId}>`, result.resumeToken);
  };

  const play = async (step: Step & { from: 'client' }): Promise<void> => {
    const { on } = step;
    const known = sockets.get(on);
    switch (step.does) {
      case 'connect': {
        const { token } = step.auth as { token: string };
        const [kind, participantId = '', role] = token.slice(1, -1).split(' ');
        const signed =
          kind === 'join' ? await node.joinToken(roomId, participantId, role as 'host' | 'member') : tokens.get(token);
        const auth = { protocol, token: signed };
        const socket = io(node.url, { auth, transports: ['websocket'], reconnection: false, forceNew: true });
        sockets.set(on, socket);
        socket.on('connect', () => hear({ on, from: 'server', does: 'accept' }));
        socket.on('connect_error', (error: Error & { data?: unknown }) =>
          hear({ on, from: 'server', does: 'refuse', body: error.data }),
        );
        socket.onAny((name: string, body: unknown) => hear({ on, from: 'server', does: 'tell', name, body }));
        return;
      }
      case 'ask': {
        const { version, commitId, firstSent } = step.body as Asked;
        // Commits have other ids in every room, and each room has another birthday.
        const body = {
          ...(step.body as object),
          ...(commitId !== undefined && { commitId: commitIds.get(version ?? 0) }),
          ...(firstSent && { firstSent: { ...firstSent, room: createdAt } }),
        };
        known?.emit(step.name, body, (answer: unknown) =>
          hear({ on, from: 'server', does: 'answer', id: step.id, body: answer }),
        );
        return;
      }
      case 'close':
        known?.disconnect();
    }
  };

  const expected = new Map<number, number>();
  const hasSaidAll = () => {
    for (const [on, count] of expected) {
      const heard = said.get(on)?.length ?? 0;
      if (heard < count) return `connection ${on} has heard ${heard} of ${count}`;
    }
    return true;
  };
  try {
    for (const step of steps) {
      if (step.from === 'server') {
        expected.set(step.on, (expected.get(step.on) ?? 0) + 1);
      } else {
        await waitUntil(hasSaidAll);
        await play(step);
      }
    }
    await waitUntil(hasSaidAll);
  } finally {
    for (const socket of sockets.values()) socket.disconnect();
  }
  return serverSide([...said.values()].flat());
}

/** A server's messages on each connection; a value that changes from run to run is replaced by its name. */
export function serverSide(steps: readonly Step[]): Step[][] {
  const sides: Step[][] = [];
  for (const step of steps) {
    if (step.from !== 'server') continue;
    const side = sides[step.on - 1] ?? [];
    side.push(steady(step) as Step);
    sides[step.on - 1] = side;
  }
  return sides;
}

/** Values that are drawn or measured in every run. */
const CHANGING: ReadonlySet<string> = new Set([
  ...['resumeToken', 'serverTime', 'roomId', 'commandId', 'commitId', 'nodes', 'createdAt', 'joinedAt', 'knockedAt'],
  ...['handRaisedAt', 'expiresAt', 'editedAt', 'at'],
]);

function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      return [name, CHANGING.has(name) && item !== null ? `<${name}>` : steady(item)];
    }),
  );
}
