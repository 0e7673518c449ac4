import type { NodeInfo } from '../../../core/ports.ts';
import type { SidecarInfo } from '../../../core/reencoding/ports.ts';
import { type Column, table } from '../../kit/table.ts';
import type { Cli } from '../Cli.ts';
import { count, duration, percent } from '../output/words.ts';

/** `everroom nodes` */
export async function nodes(cli: Cli): Promise<number> {
  const { living, sidecars, now } = await cli.withCluster(async (cluster) => {
    const [all, helpers, time] = await Promise.all([cluster.nodes(), cluster.sidecars(), cluster.now()]);
    return { living: [...all].sort(byName), sidecars: [...helpers].sort(byName), now: time };
  });
  cli.print({ nodes: living, sidecars }, () => {
    const { columns, dim } = cli.screen;
    const parts = [
      living.length === 0 ? 'No node lives.' : table(nodeColumns(now), living, columns, dim),
      ...(sidecars.length === 0 ? [] : [table(sidecarColumns(now), sidecars, columns, dim)]),
    ];
    return parts.join('\n\n');
  });
  return living.length === 0 ? 1 : 0;
}

/** A line about the whole cluster. */
export function summaryOf(living: readonly NodeInfo[], sidecars: readonly SidecarInfo[], rooms: number): string {
  const participants = living.reduce((sum, node) => sum + node.participants, 0);
  return [
    count(living.length, 'node'),
    `${count(rooms, 'room')} on record`,
    count(participants, 'person connected', 'people connected'),
    count(sidecars.length, 'sidecar'),
  ].join(', ');
}

function nodeColumns(now: number): Column<NodeInfo>[] {
  return [
    { heading: 'node', cell: ({ name }) => name, least: 8 },
    { heading: 'state', cell: stateOf },
    { heading: 'up', cell: ({ startedAt }) => duration(now - startedAt), right: true },
    { heading: 'rooms', cell: (node) => node.rooms, right: true },
    { heading: 'people', cell: (node) => node.participants, right: true },
    { heading: 'consumers', cell: ({ load, capacity }) => `${load}/${capacity}`, right: true },
    { heading: 'cpu', cell: ({ cpu }) => percent(cpu), right: true },
    { heading: 'region', cell: ({ region }) => region ?? '-', least: 6, spare: 2 },
    { heading: 'address', cell: ({ url }) => url, least: 12, spare: 3 },
    { heading: 'id', cell: ({ nodeId }) => nodeId.slice(-36, -28), spare: 1 },
  ];
}

function sidecarColumns(now: number): Column<SidecarInfo>[] {
  return [
    { heading: 'sidecar', cell: ({ name }) => name, least: 8 },
    { heading: 'state', cell: ({ draining, engine }) => (draining ? 'draining' : engine ? 'ready' : 'no engine') },
    { heading: 'up', cell: ({ startedAt }) => duration(now - startedAt), right: true },
    { heading: 'tracks', cell: ({ tracks, capacity }) => `${tracks}/${capacity}`, right: true },
    { heading: 'engine', cell: ({ engine }) => engine ?? '-' },
    { heading: 'reason', cell: ({ reason }) => reason ?? '', least: 10, spare: 1 },
  ];
}

function stateOf({ draining, full }: NodeInfo): string {
  if (draining) return 'draining';
  return full ? 'full' : 'serving';
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
