import type { Reported } from './resultSchema.ts';

/** What a fault did, as the subject of a sentence and in the past. */
const DONE: Readonly<Record<string, string>> = {
  worker: 'the media worker that carried the meeting was killed',
  server: 'the server process was killed',
  standby: 'the standby was killed, alone or with the server',
  node: 'a node of the cluster was killed',
  'hot-standby': 'a node was killed while everybody had a second place ready',
  drain: 'a node was drained and ended',
  rolling: 'every node was restarted, one after another',
  upgrade: 'another server took over',
  hang: 'a node stood still and came back',
  partition: 'a node was cut off',
  'redis-down': 'Redis was taken away',
  'redis-slow': 'Redis stopped answering',
  'redis-failover': 'the primary of Redis was killed',
  random: 'something was broken at random',
  storm: 'a crowd came at one moment',
  reencoder: 'the reencoder was killed or frozen',
};

/** The title of the page: what happened, in a few words. */
export function titleOf({ fault }: Reported): string {
  const done = DONE[fault] ?? `the fault “${fault}” struck`;
  return done.charAt(0).toUpperCase() + done.slice(1);
}

/** The verdict in one sentence. */
export function verdictOf(result: Reported): string {
  const { media, ok, participants, problems, rooms, rounds } = result;
  const where = rooms === 1 ? '' : ` in ${spelled(rooms)} rooms`;
  const times = rounds === 1 ? 'Once' : capital(`${spelled(rounds)} times`);
  const what = DONE[result.fault] ?? `the fault “${result.fault}” struck`;
  const scene = `${times} ${what} under ${spelled(participants)} people${where}`;
  if (!ok) {
    const found = problems.length === 1 ? 'one problem was found' : `${spelled(problems.length)} problems were found`;
    return `${scene}, and ${found}: see below.`;
  }
  if (media.video.n === 0) return `${scene}, and nothing was lost.`;
  return `${scene}. Nothing was lost, and the picture paused for ${ms(media.video.p50)} at the median and ${ms(media.video.max)} at the most.`;
}

/** `1,234 ms` */
export function ms(value: number): string {
  return Number.isFinite(value) ? `${whole(value)} ms` : '–';
}

/** `1,234`, and a dash for what was not measured. */
export function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–';
}

export function ratio(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)} ×` : '–';
}

const SMALL = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

function spelled(count: number): string {
  return SMALL[count] ?? count.toLocaleString('en-US');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
