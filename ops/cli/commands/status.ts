import { Unavailable } from '../../../core/ports.ts';
import { wrapped } from '../../kit/plainText.ts';
import { runningState } from '../../run/cluster/firstNode.ts';
import type { NodeReport } from '../../run/operator/requests.ts';
import { UnsafeSocketFolder } from '../../run/privateSocket.ts';
import type { Cli } from '../Cli.ts';
import { CliFailure } from '../CliFailure.ts';
import { count, duration, megabytes } from '../output/words.ts';
import { ServerLink } from '../ServerLink.ts';
import { summaryOf } from './nodes.ts';

/** Either what was found, or why nothing was. */
type Found<T> = { readonly found: T } | { readonly problem: string };

const NAME_COLUMNS = 10;

/** `everroom status` */
export async function status(cli: Cli): Promise<number> {
  const { dataFolder } = cli.config.node;
  const [running, server, cluster] = await Promise.all([
    orProblem(async () => runningState(dataFolder)),
    orProblem(() => askServer(dataFolder)),
    orProblem(() =>
      cli.withCluster(async (open) => {
        const [nodes, sidecars, rooms] = await Promise.all([open.nodes(), open.sidecars(), open.countRooms()]);
        return { nodes, sidecars, rooms };
      }),
    ),
  ]);
  cli.print({ dataFolder, supervisor: running, server, cluster }, () => {
    const { bold, good, bad, columns } = cli.screen;
    const line = <T>(name: string, { of, text }: { of: Found<T>; text: (found: T) => string }): string => {
      const paint = 'found' in of ? (part: string) => part.replace(/^ready/, good).replace(/^not ready/, bad) : bad;
      const parts = wrapped('found' in of ? text(of.found) : of.problem, columns - NAME_COLUMNS - 4);
      return parts
        .map((part, index) => `  ${(index === 0 ? name : '').padEnd(NAME_COLUMNS)}  ${paint(part)}`)
        .join('\n');
    };
    const lines = [
      line('supervisor', { of: running, text: supervisorLine }),
      line('server', { of: server, text: serverLine }),
      ...('found' in server ? [line('load', { of: server, text: loadLine })] : []),
      line('cluster', { of: cluster, text: ({ nodes, sidecars, rooms }) => summaryOf(nodes, sidecars, rooms) }),
    ];
    return [bold(`Everroom with ${dataFolder}`), ...lines].join('\n');
  });
  return 'found' in server && server.found.ready ? 0 : 1;
}

async function askServer(dataFolder: string): Promise<NodeReport> {
  const link = await ServerLink.open(dataFolder);
  try {
    return await link.ask({ type: 'node' });
  } finally {
    link.close();
  }
}

async function orProblem<T>(look: () => Promise<T>): Promise<Found<T>> {
  try {
    return { found: await look() };
  } catch (error) {
    if (error instanceof CliFailure || error instanceof Unavailable || error instanceof UnsafeSocketFolder) {
      return { problem: error.message };
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES') return { problem: "it is another user's" };
    throw error;
  }
}

function supervisorLine(state: ReturnType<typeof runningState>): string {
  if (!state) return 'none runs here';
  const { pid, serverPid, standbyPid, sidecarPid, redisPid } = state;
  const parts = { server: serverPid, standby: standbyPid, reencoder: sidecarPid, redis: redisPid };
  const told = Object.entries(parts).map(([name, part]) => `${name} ${part ?? 'none'}`);
  return `pid ${pid}, with ${told.join(', ')}`;
}

function serverLine(server: NodeReport): string {
  const failed = Object.entries(server.checks).flatMap(([name, isFine]) => (isFine ? [] : [name]));
  const ready = server.ready ? 'ready' : `not ready (${failed.join(', ')})`;
  const up = duration(Date.now() - server.clockErrorMs - server.startedAt);
  return `${ready}, ${server.name} at ${server.url}, version ${server.version}, up ${up}`;
}

function loadLine(server: NodeReport): string {
  const { rooms, participants, load, capacity, cpu, memoryBytes } = server;
  return [
    count(rooms, 'room'),
    count(participants, 'person', 'people'),
    `${load} of ${capacity} consumers`,
    `processors ${Math.round(100 * cpu)} % busy`,
    megabytes(memoryBytes),
  ].join(', ');
}
