import type { Commit } from '../../../core/room/commit.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { isPrivate } from '../../../core/room/privacy.ts';
import { redact } from '../../../core/room/redact.ts';
import type { NodeId, ParticipantId, RoomState, SharedFile } from '../../../core/room/state.ts';
import { nodeName } from '../output/words.ts';

/** One commit as an operator sees it: what a host of the room may see, and the nodes. */
export interface CommitReport {
  readonly version: number;
  readonly at: number;
  readonly by:
    | { readonly kind: 'participant'; readonly participantId: ParticipantId; readonly name: string | null }
    | { readonly kind: 'node'; readonly nodeId: NodeId }
    | { readonly kind: 'operator' };
  readonly events: readonly (Readonly<Record<string, unknown>> & { readonly type: RoomEvent['type'] })[];
}

/** The names that people have, or had last. */
export type Names = ReadonlyMap<ParticipantId, string>;

export function namesIn(state: RoomState, commits: readonly Commit[]): Names {
  const names = new Map<ParticipantId, string>();
  for (const { events } of commits) {
    for (const event of events) {
      if (!('participantId' in event) || event.participantId === null) continue;
      if (event.type === 'ParticipantErased') names.delete(event.participantId);
      else if ('name' in event && event.name) names.set(event.participantId, event.name);
    }
  }
  for (const { id, name } of state.participants.values()) if (name !== '') names.set(id, name);
  return names;
}

/** `chat`: with what people wrote; otherwise the length of it. */
export function toCommitReport(commit: Commit, names: Names, chat: boolean): CommitReport {
  const { version, at, actor } = commit;
  const by =
    actor.kind === 'participant'
      ? { kind: actor.kind, participantId: actor.participantId, name: names.get(actor.participantId) ?? null }
      : actor;
  // What two people write to each other is nobody else's.
  const open = commit.events.filter((event) => !isPrivate(event));
  const events = redact({ ...commit, events: open }, 'host').events.map((event, index) => {
    const { device: _, address: __, ...seen } = event as RoomEvent & { device?: unknown; address?: unknown };
    const own = open[index];
    const node = own && 'nodeId' in own ? { nodeId: own.nodeId } : {};
    const text = 'text' in seen && !chat ? { text: undefined, length: seen.text.length } : {};
    const file = seen.type === 'FileShared' ? { file: fileOf(seen.file, chat) } : {};
    return { ...seen, ...node, ...text, ...file };
  });
  return { version, at, by, events };
}

/** The name of a file is what somebody wrote, and its preview is for people. */
function fileOf({ bytes, mediaType, name }: SharedFile, chat: boolean) {
  return { ...(chat && name !== '' && { name }), bytes, mediaType };
}

export function whoDid({ by }: CommitReport): string {
  switch (by.kind) {
    case 'participant':
      return by.name ?? by.participantId;
    case 'node':
      return `node ${nodeName(by.nodeId)}`;
    case 'operator':
      return 'operator';
  }
}

/**
 * `RoleChanged` → `role changed: Ada, host`. Whoever made the commit is not named again. Events of newer versions are
 * told by their fields.
 */
export function describeEvent(event: CommitReport['events'][number], { by }: CommitReport, names: Names): string {
  const { type, participantId, at: _, ...rest } = event;
  const what = type.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
  const isOwn = by.kind === 'participant' && by.participantId === participantId;
  const whom = typeof participantId === 'string' && !isOwn ? [names.get(participantId) ?? participantId] : [];
  const fields = type === 'ChatPosted' || type === 'ParticipantRenamed' ? { ...rest, name: undefined } : rest;
  const details = Object.entries(fields).flatMap(([field, value]) => detailOf(field, value, names));
  if (type === 'ParticipantRenamed') details.push(JSON.stringify(rest.name));
  const told = [...whom, ...details].join(', ');
  return told === '' ? what : `${what}: ${told}`;
}

function detailOf(field: string, value: unknown, names: Names): string[] {
  if (value === undefined || value === null || (field === 'muted' && value === false)) return [];
  switch (field) {
    case 'name':
      return value === '' || [...names.values()].includes(String(value)) ? [] : [JSON.stringify(value)];
    case 'nodeId':
      return [`on ${nodeName(String(value))}`];
    case 'trackId':
    case 'messageId':
      return [`${field.slice(0, -2)} ${String(value).slice(0, 8)}`];
    case 'session':
      return [`session ${value}`];
    case 'length':
      return Number(value) > 0 ? [`${value} characters`] : ['deleted or edited since'];
    case 'text':
      return [value === '' ? 'deleted or edited since' : JSON.stringify(value)];
    case 'expiresAt':
      return [`expected until ${new Date(Number(value)).toISOString().slice(11, 19)}`];
    case 'file': {
      const { name, bytes, mediaType } = value as Partial<SharedFile>;
      return [...(name === undefined ? [] : [JSON.stringify(name)]), `${bytes} bytes`, String(mediaType)];
    }
    case 'muted':
      return ['muted'];
    case 'source':
    case 'departure':
    case 'role':
      return [String(value)];
    case 'kind':
      return [];
    default:
      return [`${field} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`];
  }
}
