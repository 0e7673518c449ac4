import { table } from '../../kit/table.ts';
import type { Cli } from '../Cli.ts';
import { UsageFailure } from '../CliFailure.ts';
import { BUSY_AT_MOST, type Capacity, type Demand, type Load, planCapacity } from '../capacity/plan.ts';
import { bitrate, count, percent } from '../output/words.ts';

const MOST = { min: 0, max: 1_000_000 };

/** `everroom capacity` */
export async function capacity(cli: Cli): Promise<number> {
  const { words } = cli;
  const { policy, workerCapacity } = cli.config.media;
  const participants = words.number('participants', { min: 1, max: MOST.max }, 8);
  const publishers = words.number('publishers', MOST, participants);
  if (publishers > participants) throw new UsageFailure('--publishers cannot be more than --participants.');
  const demand: Demand = {
    rooms: words.number('rooms', { min: 1, max: MOST.max }, 1),
    participants,
    publishers,
    visible: words.number('visible', MOST, policy.pageSize),
    lastN: words.number('last-n', MOST, policy.lastN) || null,
    loudestN: words.number('loudest-n', MOST, policy.loudestN) || null,
    pageSize: policy.pageSize,
    workerCapacity,
    packetsPerCore: words.number('packets-per-core', { min: 1, max: 10_000_000 }, null),
  };
  const plan = planCapacity(demand);
  cli.print({ demand, ...plan }, () => {
    const { columns, dim } = cli.screen;
    const rows = rowsOf(plan);
    const shape = [
      { heading: '', cell: ([name]: Row) => name },
      { heading: 'everything', cell: ([, everything]: Row) => everything, right: true },
      { heading: 'as planned', cell: ([, , limited]: Row) => limited, right: true },
    ];
    return [told(demand), '', table(shape, rows, columns, dim), '', ...notes(demand, plan)].join('\n');
  });
  return 0;
}

type Row = readonly [string, string, string];

function rowsOf({ everything, limited }: Capacity): Row[] {
  const row = (name: string, figure: (load: Load) => string): Row => [name, figure(everything), figure(limited)];
  const whole = (n: number): string => n.toLocaleString('en-US');
  return [
    row('consumers that flow to one viewer', (load) => whole(load.receivedByOne)),
    row('and are ready beside them, paused', (load) => whole(load.readyForOne)),
    row('consumers in all', (load) => whole(load.consumers)),
    row('media workers (a core each)', (load) => whole(load.workers)),
    row('packets sent a second', (load) => whole(load.packetsSent)),
    ...(everything.cores === null ? [] : [row('cores that send them', (load) => whole(load.cores ?? 0))]),
    row('sent by the servers', (load) => bitrate(load.sentBps)),
    row('received by the servers', (load) => bitrate(load.receivedBps)),
  ];
}

function told({ rooms, participants, publishers }: Demand): string {
  return (
    `${count(rooms, 'room')} with ${count(participants, 'person', 'people')}${rooms > 1 ? ' each' : ''}, ` +
    `${publishers.toLocaleString('en-US')} of them with camera and microphone`
  );
}

function notes(
  { visible, lastN, loudestN, packetsPerCore, workerCapacity }: Demand,
  { cameraBps, layerHeight }: Capacity,
): string[] {
  const limits = [
    `${count(visible, 'camera')} on a screen`,
    `last-N ${lastN ?? 'off'}`,
    loudestN === null ? 'all microphones' : `the ${loudestN} loudest microphones`,
  ];
  return [
    `everything: all cameras and microphones for everybody (n × (n - 1) × 2 if all publish).`,
    `as planned: ${limits.join(', ')}.`,
    `A camera of 720p on such a screen is received at ${layerHeight}p, ${bitrate(cameraBps)} at most.`,
    ...(packetsPerCore === null
      ? ['--packets-per-core counts cores by what one of yours sends: docs/operating.md says how to measure it.']
      : [
          `A core sends ${packetsPerCore.toLocaleString('en-US')} packets a second, and is ${percent(BUSY_AT_MOST)} busy at most.`,
        ]),
    `A worker is meant for ${workerCapacity} consumers, paused ones too (WORKER_CAPACITY): nodes place rooms by it.`,
  ];
}
