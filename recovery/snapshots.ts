import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { RoomState } from '../core/room/state.ts';

/**
 * Raised with every change of `RoomState`'s shape or of what `evolve` makes of the same events: older snapshots then
 * count as none, and the room is replayed from its journal.
 */
const SNAPSHOT_FORMAT = 1;

const compress = promisify(deflateRaw);
const expand = promisify(inflateRaw);

/** A state as bytes: its format in the first one, then compressed JSON. */
export async function encodeState(state: RoomState): Promise<Buffer> {
  const json = JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Map) return { map: [...value] };
    if (value instanceof Set) return { set: [...value] };
    return value;
  });
  return Buffer.concat([Buffer.of(SNAPSHOT_FORMAT), await compress(json, { level: 1 })]);
}

/** Null when the bytes are of another format or damaged. */
export async function decodeState(bytes: Buffer): Promise<RoomState | null> {
  if (bytes[0] !== SNAPSHOT_FORMAT) return null;
  try {
    const json = (await expand(bytes.subarray(1))).toString();
    // Of this format only `encodeState` writes.
    return JSON.parse(json, (_, value: unknown) => toCollection(value)) as RoomState;
  } catch {
    return null; // Damaged: a snapshot only saves time.
  }
}

function toCollection(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { map, set } = value as { map?: unknown; set?: unknown };
  if (Array.isArray(map)) return new Map(map as [unknown, unknown][]);
  if (Array.isArray(set)) return new Set(set);
  return value;
}
