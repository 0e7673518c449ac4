// What `drill` takes, for its parser, its help, and the help and completion of `everroom`. Plain JavaScript, so that
// these work on any Node from 20 on, with nothing installed.

/** Faults of one server. */
export const ONE_SERVER = /** @type {const} */ ([
  ...['worker', 'server', 'standby', 'upgrade', 'reencoder', 'redis-failover', 'soak'],
]);

/** Faults of a cluster, which is always a private one, with its nodes and how long the fault lasts by default. */
export const CLUSTER = /** @type {const} */ ({
  node: { nodes: 3, seconds: 0 },
  drain: { nodes: 3, seconds: 0 },
  rolling: { nodes: 3, seconds: 0 },
  'hot-standby': { nodes: 2, seconds: 0 },
  hang: { nodes: 3, seconds: 15 },
  partition: { nodes: 3, seconds: 15 },
  'redis-down': { nodes: 2, seconds: 60 },
  'redis-slow': { nodes: 2, seconds: 5 },
  'redis-slots': { nodes: 2, seconds: 0 },
  random: { nodes: 3, seconds: 0 },
  storm: { nodes: 3, seconds: 0 },
});

/** Each with the word for what follows it, if it is no flag. */
export const DRILL_OPTIONS = /** @type {const} */ ({
  participants: { value: 'N', about: 'how many take part (4; in a cluster 6; with --page 2)' },
  rounds: { value: 'N', about: 'how often something is killed (10); a reencoder is killed and frozen for 3 s in turn' },
  faults: { value: 'N', about: 'the same for random, which judges after each fault and goes on (30)' },
  browser: { about: 'three of them are Chromium pages, or all if there are fewer' },
  firefox: { about: 'three of them are Firefox pages, or all if there are fewer' },
  pages: { value: 'N', about: 'N of them are pages' },
  page: { about: 'all of them are at the real meeting page in Chromium, with a camera of 1280 × 720' },
  floor: { about: 'first the same faults in a call on bare mediasoup, with the same clients, for comparison' },
  minutes: { value: 'N', about: 'how long soak goes on (60)' },
  nodes: {
    value: 'N',
    about: 'nodes of the private cluster (3; for faults of Redis 2), and rooms; hot-standby with 1: one machine',
  },
  spread: { about: 'one room instead, whose people enter at all nodes in turn' },
  seconds: {
    value: 'N',
    about: 'how long the fault lasts: hang and partition 15, redis-down 60, redis-slow 5; up to 600',
  },
  cut: { value: 'WHAT', about: 'from whom partition cuts a node off: all (the default), redis, peers or clients' },
  crowd: { value: 'N', about: 'how many people make each storm (100)' },
  engine: {
    value: 'NAME',
    about: "engine of the private server's reencoder: libav, ffmpeg, or auto (the default); for soak also off",
  },
  url: { value: 'URL', about: 'drill the Everroom of this checkout that runs at URL, not a private one' },
  seed: { value: 'N', about: 'repeat the moments of an earlier drill' },
  json: { value: 'FILE', about: 'write the result as JSON too' },
  report: { value: 'FILE', about: 'write a page about it as well: one HTML file, to read or to print' },
});
