import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Commit } from '../../core/room/commit.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import { evolveCommits } from '../../core/room/evolve.ts';
import { redact, redactState, writeState } from '../../core/room/redact.ts';
import { EMPTY_ROOM, type RoomState } from '../../core/room/state.ts';
import { ErrorCode } from '../../signaling/protocol/errors.ts';
import { ConsumerOffer, notifications } from '../../signaling/protocol/notifications.ts';
import { Chat, Room, Commit as WireCommit } from '../../signaling/protocol/record.ts';
import { ConnectAuth, EntryAnswer, requests } from '../../signaling/protocol/requests.ts';
import { Grants, ReencodingPolicy, TransportPair, View } from '../../signaling/protocol/shapes.ts';
import { PROTOCOL_VERSION } from '../../signaling/protocol/version.ts';

const COLUMNS = 110;
/** Shapes that several messages share. */
const SHARED = { EntryAnswer, TransportPair, View, Grants, ReencodingPolicy, ConsumerOffer };
const NAMES = new Map<unknown, string>(
  Object.entries({ ...SHARED, Room, Commit: WireCommit, Chat }).map(([name, schema]) => [schema, name]),
);
const SAMPLES = new URL('../../recovery/journal/samples/', import.meta.url);

/** The part of docs/protocol.md that follows from the schemas. Run this file to print it. */
export function protocolTables(): string {
  const requested = Object.entries(requests).map(
    ([name, { request, response }]) => `${name}\n  asks    ${typeOf(request)}\n  answer  ${typeOf(response)}`,
  );
  const notified = Object.entries(notifications).map(([name, body]) => `${name}\n  ${typeOf(body, 2)}`);
  return [
    `Version ${PROTOCOL_VERSION}, written as TypeScript writes types. \`object\` is WebRTC's own: ` +
      'mediasoup and the browser check it.',
    '',
    '### The handshake (`auth` of the connection)',
    '',
    block([typeOf(ConnectAuth, 0)]),
    '### Requests',
    '',
    block(requested),
    '### Notifications',
    '',
    block(notified),
    '### Shared shapes',
    '',
    block(Object.entries(SHARED).map(([name, schema]) => `${name}\n  ${typeOf(schema, 2, schema)}`)),
    '### Events',
    '',
    '`Commit` is `{ version, commitId, byOthers, events }`; `byOthers`: a host, the operator or a node did ' +
      'it. One event of each type, as it arrives;',
    'hosts alone receive those marked `*`:',
    '',
    block([eventLines().join('\n')]),
    '### The room',
    '',
    '`Room`, as a host gets it:',
    '',
    block([JSON.stringify(writeState(redactState(sampleRoom(), 'host')), null, 2)]),
    '### Error codes',
    '',
    ErrorCode.options.map((code) => `\`${code}\``).join(', '),
    '',
  ].join('\n');
}

/** The recorded event of each type, in today's shape. A retired type has none. */
function sampleEvents(): RoomEvent[] {
  const stored = readdirSync(SAMPLES)
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, SAMPLES), 'utf8')).event);
  // Tests check every sample against today's types.
  return stored.filter((event) => event !== null) as RoomEvent[];
}

function toCommit(events: RoomEvent[]): Commit {
  return { version: 1, commitId: 'c1', prev: '', commandId: 'k1', actor: { kind: 'operator' }, at: 0, events };
}

/** `*` marks what only hosts receive. */
function eventLines(): string[] {
  return sampleEvents().map((event) => {
    const commit = toCommit([event]);
    const mark = redact(commit, 'participant').events.length === 0 ? '*' : ' ';
    return `${mark} ${JSON.stringify(redact(commit, 'host').events[0])}`;
  });
}

/** A room in which somebody publishes, chats, raises a hand and knocks. */
function sampleRoom(): RoomState {
  const events = sampleEvents();
  const joins = events.filter(({ type }) => type === 'ParticipantJoined');
  const told = (['TrackPublished', 'ChatPosted', 'HandRaised', 'ParticipantKnocked'] as const).flatMap((type) =>
    events
      .filter((event) => event.type === type)
      // The participant who joined does all of it.
      .map((event) =>
        'participantId' in event && type !== 'ParticipantKnocked' ? { ...event, ...idOf(joins) } : event,
      ),
  );
  const created = events.filter(({ type }) => type === 'RoomCreated');
  return evolveCommits(EMPTY_ROOM, [toCommit([...created, ...joins, ...told])]);
}

function idOf(joins: readonly RoomEvent[]): { readonly participantId: string } {
  const [join] = joins;
  return { participantId: join && 'participantId' in join && join.participantId !== null ? join.participantId : '' };
}

function block(entries: readonly string[]): string {
  return `\`\`\`text\n${entries.join('\n\n')}\n\`\`\`\n`;
}

interface Shape {
  /** The name of a shape that has its own description. */
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** `self`: the shape to write out in full, where others appear by name. */
function typeOf(schema: z.ZodType, indent = 10, self: unknown = null): string {
  const jsonSchema = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override({ zodSchema, jsonSchema: made }) {
      const title = zodSchema === self ? undefined : NAMES.get(zodSchema);
      if (title === undefined) return;
      for (const key of Object.keys(made)) delete made[key as keyof typeof made];
      made.title = title;
    },
  });
  // Reads only the keywords that the protocol's schemas use.
  return inWords(jsonSchema as Shape, indent);
}

function inWords(shape: Shape, indent: number): string {
  if (shape.title !== undefined) return shape.title;
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return shape.enum.map((value) => JSON.stringify(value)).join(' | ');
  const either = shape.anyOf ?? shape.oneOf;
  if (either) return eitherOf(either, indent);
  if (shape.type === 'array') {
    const item = shape.items ? inWords(shape.items, indent) : 'unknown';
    return item.includes(' | ') && !item.endsWith('}') ? `(${item})[]` : `${item}[]`;
  }
  if (shape.properties) return fieldsOf(shape.properties, new Set(shape.required), indent);
  return [shape.type ?? 'unknown'].flat().join(' | ');
}

function eitherOf(either: readonly Shape[], indent: number): string {
  const line = either.map((one) => inWords(one, indent)).join(' | ');
  if (line.length + indent <= COLUMNS && !line.includes('\n')) return line;
  const margin = ' '.repeat(indent + 2);
  return `\n${either.map((one) => `${margin}| ${inWords(one, indent + 4)}`).join('\n')}`;
}

/** Puts them on one line if they fit, else one below the other. */
function fieldsOf(properties: Readonly<Record<string, Shape>>, required: ReadonlySet<string>, indent: number): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${inWords(field, indent + 2)}`,
  );
  if (fields.length === 0) return 'object';
  const line = `{ ${fields.join(', ')} }`;
  if (line.length + indent <= COLUMNS && !line.includes('\n')) return line;
  const margin = ' '.repeat(indent);
  return `{\n${fields.map((field) => `${margin}  ${field}`).join('\n')}\n${margin}}`;
}

if (import.meta.main) process.stdout.write(protocolTables());
