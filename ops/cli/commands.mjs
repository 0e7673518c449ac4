// The commands of `everroom`: what they take, for the help, the completion and the parser alike. Plain JavaScript, so
// that help and completion work at once, on any Node from 20 on, with nothing installed.

import { CLUSTER, DRILL_OPTIONS, ONE_SERVER } from '../drills/drillWords.mjs';

/**
 * `value`: the word for what follows the option; undefined for a flag. FILE and FOLDER may be relative to where the
 * operator stands.
 * @typedef {object} Option
 * @property {string} name
 * @property {string} [value]
 * @property {string} about
 */

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {readonly string[]} words what it takes besides options; `[WORD]` may be left out
 * @property {string} about
 * @property {readonly string[]} more lines that its own help adds
 * @property {readonly Option[]} options
 * @property {readonly string[]} [choices] what the first word may be, for completion
 */

/** @type {Option} */
const JSON_OPTION = { name: 'json', about: 'print JSON' };
/** @type {Option} */
const DATA = {
  name: 'data',
  value: 'FOLDER',
  about: "the node's data folder (EVERROOM_DATA, or ./data of this checkout)",
};
const COMMON = [JSON_OPTION, DATA];

const PERSONAL = 'It shows names of people: personal data. What people write is shown with --chat only.';
const FROM_REDIS = 'Reads Redis (REDIS_URL, or the one in the data folder): no server needs to live.';
const FROM_SERVER =
  'Asks the server of the data folder over its private socket: run it on the same machine, as the same user.';

/** @type {readonly Command[]} */
export const COMMANDS = [
  {
    name: 'status',
    words: [],
    about: 'what runs here, whether it serves, and the whole cluster in a line',
    more: ['Exit code 0 if a server is ready here, else 1.'],
    options: COMMON,
  },
  {
    name: 'nodes',
    words: [],
    about: 'the living nodes and sidecars of the cluster, with their load',
    more: [FROM_REDIS],
    options: COMMON,
  },
  {
    name: 'rooms',
    words: [],
    about: 'rooms by their last activity: people, tracks, nodes',
    more: [FROM_REDIS, 'Each room on the list is rebuilt from its journal; --brief does not do that.'],
    options: [
      { name: 'limit', value: 'N', about: 'how many (20; at most 1000)' },
      { name: 'skip', value: 'N', about: 'leave out the N rooms before them' },
      { name: 'brief', about: 'room ids and times only' },
      ...COMMON,
    ],
  },
  {
    name: 'room',
    words: ['ID'],
    about: 'a room as its journal has it: people, tracks, settings; live in a terminal',
    more: [FROM_REDIS, 'It shows names of people: personal data.'],
    options: [{ name: 'once', about: 'do not follow the room' }, ...COMMON],
  },
  {
    name: 'stats',
    words: ['[ROOM]'],
    about: 'media workers and rooms of this node; of a room: transports and consumers',
    more: [FROM_SERVER],
    options: [
      { name: 'participant', value: 'ID', about: 'only what this person sends and receives' },
      { name: 'consumers', about: 'each consumer of the room, with its layers and bitrate' },
      ...COMMON,
    ],
  },
  {
    name: 'journal',
    words: ['ID'],
    about: "what changed in a room, when and by whom; with --at the room's state then",
    more: [FROM_REDIS, PERSONAL, 'Deleted messages and erased people stay deleted, whatever the version.'],
    options: [
      { name: 'limit', value: 'N', about: 'how many of the newest commits (20; 0 for all)' },
      { name: 'follow', about: 'go on with what is recorded from now on, also through a failover of Redis' },
      { name: 'at', value: 'VERSION', about: 'that commit, and the state of the room after it' },
      { name: 'chat', about: 'show what people wrote' },
      ...COMMON,
    ],
  },
  {
    name: 'drain',
    words: [],
    about: 'send everybody to the other nodes of the cluster, and end this one',
    more: [FROM_SERVER],
    options: [{ name: 'timeout', value: 'SECONDS', about: 'how long that may take, 1 to 600 (DRAIN_MS)' }, ...COMMON],
  },
  {
    name: 'upgrade',
    words: ['[CHECKOUT]'],
    about: 'hand the running meetings over to servers of that checkout (this one)',
    more: [FROM_SERVER],
    options: [JSON_OPTION],
  },
  {
    name: 'drill',
    words: ['FAULT'],
    about: 'inject a fault into a meeting, measure every gap, and judge',
    more: ['See docs/drills.md; `everroom drill` without a fault prints all options.'],
    options: Object.entries(DRILL_OPTIONS).map(([name, option]) => ({ name, ...option })),
    choices: [...ONE_SERVER, ...Object.keys(CLUSTER)],
  },
  {
    name: 'capacity',
    words: [],
    about: 'how many consumers, cores and Mbit/s a plan needs',
    more: ['docs/operating.md says where its figures come from. Asks nobody.'],
    options: [
      { name: 'rooms', value: 'N', about: 'rooms at the same time (1)' },
      { name: 'participants', value: 'N', about: 'people in each room (8)' },
      { name: 'publishers', value: 'N', about: 'people in each room with camera and microphone (all)' },
      { name: 'visible', value: 'N', about: 'cameras on one screen (PAGE_SIZE, 12)' },
      { name: 'last-n', value: 'N', about: 'most cameras that one viewer receives (LAST_N, 25; 0 for no limit)' },
      { name: 'loudest-n', value: 'N', about: 'most microphones that one viewer receives (LOUDEST_N, 12; 0 for all)' },
      { name: 'packets-per-core', value: 'N', about: 'packets a second that one core sends, as measured' },
      JSON_OPTION,
    ],
  },
  {
    name: 'console',
    words: [],
    about: 'a JavaScript prompt that looks into this node',
    more: [
      FROM_SERVER,
      'What you type runs beside the server, on copies: it can neither change nor stop it.',
      'With --write the prompt can change rooms; the log and the journal record every change.',
    ],
    options: [
      { name: 'write', about: 'allow changes' },
      { name: 'eval', value: 'CODE', about: 'print what this gives, as JSON with --json, and end' },
      ...COMMON,
    ],
  },
  {
    name: 'completion',
    words: ['SHELL'],
    about: 'print a script that completes these commands in bash, zsh or fish',
    more: [
      'bash: source <(everroom completion bash)',
      'zsh:  source <(everroom completion zsh)',
      'fish: everroom completion fish | source',
    ],
    options: [],
    choices: ['bash', 'zsh', 'fish'],
  },
];

/** @param {string | undefined} name */
export function commandOf(name) {
  return COMMANDS.find((command) => command.name === name);
}

export function help() {
  const left = COMMANDS.map(({ name, words }) => [name, ...words].join(' '));
  const width = Math.max(...left.map((text) => text.length));
  const lines = COMMANDS.map(({ about }, index) => `  ${(left[index] ?? '').padEnd(width)}  ${about}`);
  return `everroom COMMAND [options]

${lines.join('\n')}

\`everroom COMMAND --help\` says more. \`npm run everroom -- COMMAND\` is the same.`;
}

/** @param {Command} command */
export function helpOf({ name, words, about, more, options }) {
  const left = options.map((option) => `--${option.name}${option.value ? ` ${option.value}` : ''}`);
  const width = Math.max(0, ...left.map((text) => text.length));
  const lines = options.map((option, index) => `  ${(left[index] ?? '').padEnd(width)}  ${option.about}`);
  const usage = ['everroom', name, ...words, ...(options.length > 0 ? ['[options]'] : [])].join(' ');
  return [
    usage,
    '',
    `${about[0]?.toUpperCase()}${about.slice(1)}.`,
    ...more,
    ...(lines.length > 0 ? ['', ...lines] : []),
  ].join('\n');
}

/**
 * Returns the words with files and folders as absolute paths: the command runs in the folder of the checkout.
 * @param {Command} command
 * @param {readonly string[]} words
 * @param {(path: string) => string} toAbsolute
 */
export function withAbsolutePaths({ options }, words, toAbsolute) {
  const paths = options.flatMap(({ name, value }) => (value === 'FILE' || value === 'FOLDER' ? [`--${name}`] : []));
  return words.map((word, index) => {
    const [name = '', ...rest] = word.split('=');
    if (paths.includes(name) && rest.length > 0) return `${name}=${toAbsolute(rest.join('='))}`;
    const before = words[index - 1];
    return before !== undefined && paths.includes(before) ? toAbsolute(word) : word;
  });
}
