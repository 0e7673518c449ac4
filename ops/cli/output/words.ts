/** Figures and times in words that an operator reads at a glance. */

const UNITS: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** `3 min`: the largest unit of which there is at least one. */
export function duration(ms: number): string {
  for (const [unit, length] of UNITS) if (ms >= length) return `${Math.floor(ms / length)} ${unit}`;
  return '0 s';
}

/** `11-30 05:24:29`, in UTC as in the log. */
export function momentOf(at: number): string {
  return new Date(at).toISOString().slice(5, 19).replace('T', ' ');
}

/** `1 room`, `3 rooms`, `1,200 rooms` */
export function count(n: number, one: string, several = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : several}`;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** `1.5 Mbit/s`, `32 kbit/s`; `-` for none. */
export function bitrate(bps: number): string {
  if (bps < 500) return '-';
  if (bps < 999_500) return `${Math.round(bps / 1_000)} kbit/s`;
  if (bps < 99_950_000) return `${(bps / 1e6).toFixed(1)} Mbit/s`;
  return `${Math.round(bps / 1e6).toLocaleString('en-US')} Mbit/s`;
}

/** `412 MB` */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`;
}

/** The beginning of an id that is long and random. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

/** A node id is the name of the node and a UUID. */
export function nodeName(nodeId: string): string {
  return nodeId.replace(/-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, '');
}
