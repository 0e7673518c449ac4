import { z } from 'zod';
import type { RoomMediaReport, WorkerReport } from '../../../core/media/reports/RoomMediaReport.ts';
import type { NodeInfo } from '../../../core/ports.ts';
import type { RoomId } from '../../../core/room/state.ts';

/** What an operator asks a running server at its private socket. */
export const operatorRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('node') }),
  z.object({ type: z.literal('workers') }),
  z.object({ type: z.literal('rooms') }),
  z.object({ type: z.literal('room'), roomId: z.string() }),
  z.object({
    type: z.literal('media'),
    roomId: z.string(),
    participantId: z.string().nullable(),
    consumers: z.boolean(),
  }),
  /** A request of the REST API. Whatever is no GET needs `changes`, and goes into the log. `by`: who says to ask. */
  z.object({
    type: z.literal('call'),
    method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']),
    path: z.string().startsWith('/'),
    body: z.unknown().optional(),
    changes: z.boolean(),
    by: z.string().max(64),
  }),
]);
export type OperatorRequest = z.infer<typeof operatorRequest>;

/** One request or answer is a line of JSON; an answer has the number of its request. */
export const numberedRequest = z.object({ number: z.number(), request: operatorRequest });
export const numberedAnswer = z.union([
  z.object({ number: z.number(), answer: z.unknown() }),
  z.object({ number: z.number(), failed: z.string() }),
]);

/** What comes back for each request. */
export interface OperatorAnswers {
  readonly node: NodeReport;
  readonly workers: readonly WorkerReport[];
  readonly rooms: readonly OpenRoomReport[];
  readonly room: OpenRoomState;
  readonly media: RoomMediaReport;
  readonly call: { readonly status: number; readonly body: unknown };
}

export interface NodeReport extends NodeInfo {
  readonly version: string;
  readonly pid: number;
  readonly ready: boolean;
  /** As `/readyz` says. */
  readonly checks: Readonly<Record<string, boolean>>;
  readonly memoryBytes: number;
  readonly clockErrorMs: number;
}

/** A room that is open on the node. */
export interface OpenRoomReport {
  readonly roomId: RoomId;
  readonly name: string;
  readonly version: number;
  readonly readOnly: boolean;
  readonly people: number;
  /** Those whose connection this node holds. */
  readonly here: number;
  readonly producers: number;
  readonly consumers: number;
  /** Consumers that the plan does not pause. */
  readonly flowing: number;
}

/** `state`: a `RoomState` without hashes, as `writeState` of `recovery/snapshots.ts` has it. */
export interface OpenRoomState extends OpenRoomReport {
  readonly state: unknown;
}
