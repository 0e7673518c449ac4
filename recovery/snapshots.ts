import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { RoomState } from '../core/room/state.ts';

/**
 * Increase it with every change of `RoomState`'s shape, or of the state that `evolve` derives from the same events.
 * Older snapshots are then ignored, and rooms are replayed from their journals.
 */
const SNAPSHOT_FORMAT = 2;

const compress = promisify(deflateRaw);
const expand = promisify(inflateRaw);

/** The first byte is the format, the rest compressed JSON. */
export async function encodeState(state: RoomState): Promise<Buffer> {
  const json = JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Map) return { map: [...value] };
    if (value instanceof Set) return { set: [...value] };
    return value;
  });
  return Buffer.concat([Buffer.of(SNAPSHOT_FORMAT), await compress(json, { level: 1 })]);
}

/** Returns null if the bytes have another format or are damaged. */
export async function decodeState(bytes: Buffer): Promise<RoomState | null> {
  if (bytes[0] !== SNAPSHOT_FORMAT) return null;
  try {
    // Only `encodeState` writes this format.
    return withCollections(JSON.parse((await expand(bytes.subarray(1))).toString())) as RoomState;
  } catch {
    return null; // Damaged: a snapshot only saves time.
  }
}

/** Much faster than a reviver, which `JSON.parse` calls for every leaf. */
function withCollections(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withCollections);
  const fields = value as Record<string, unknown>;
  if (Array.isArray(fields.map)) return new Map(fields.map.map(withCollections) as [unknown, unknown][]);
  if (Array.isArray(fields.set)) return new Set(fields.set);
  for (const name of Object.keys(fields)) fields[name] = withCollections(fields[name]);
  return fields;
}
