import { Unavailable } from '../../../core/ports.ts';
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
    const { bold, good, bad } = cli.screen;
    const lines = [
      line('supervisor', 'found' in running ? supervisorLine(running.found) : bad(running.problem)),
      line('server', 'found' in server ? serverLine(server.found, good, bad) : bad(server.problem)),
      ...('found' in server ? [line('load', loadLine(server.found))] : []),
      line(
        'cluster',
        'found' in cluster
          ? summaryOf(cluster.found.nodes, cluster.found.sidecars, cluster.found.rooms)
          : bad(cluster.problem),
      ),
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
    // The state of another user's Everroom.
    if (error instanceof Error && 'code' in error) return { problem: error.message };
    throw error;
  }
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(10)}  ${text}`;
}

function supervisorLine(state: ReturnType<typeof runningState>): string {
  if (!state) return 'none runs here';
  const { pid, serverPid, standbyPid, sidecarPid, redisPid } = state;
  const parts = { server: serverPid, standby: standbyPid, reencoder: sidecarPid, redis: redisPid };
  const told = Object.entries(parts).map(([name, part]) => `${name} ${part ?? 'none'}`);
  return `pid ${pid}, with ${told.join(', ')}`;
}

function serverLine(server: NodeReport, good: (text: string) => string, bad: (text: string) => string): string {
  const failed = Object.entries(server.checks).flatMap(([name, isFine]) => (isFine ? [] : [name]));
  const ready = server.ready ? good('ready') : bad(`not ready (${failed.join(', ')})`);
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
