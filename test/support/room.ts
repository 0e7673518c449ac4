import { expect } from 'vitest';
import type { Actor, RoomCommand } from '../../core/room/commands.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import { decide } from '../../core/room/decide.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import { evolveCommits } from '../../core/room/evolve.ts';
import { Refusal, type RefusalCode } from '../../core/room/refusal.ts';
import { EMPTY_ROOM, type Role, type RoomSettings, type RoomState, type TrackSource } from '../../core/room/state.ts';

/**
 * Builders for tests of a room: events that set it up, actors, and sentences of the form
 * `given(created(), joined('ann')).when(by('ann', 1), { type: 'RaiseHand' }).then([…])`.
 */

export const NOW = Date.UTC(2026, 0, 1);

export const SETTINGS: RoomSettings = {
  ...EMPTY_ROOM.settings,
  name: 'Standup',
  capacity: 100,
  graceMs: 20_000,
  privateChat: true,
};

export const OPERATOR: Actor = { kind: 'operator' };

export function node(nodeId = 'node-1'): Actor {
  return { kind: 'node', nodeId };
}

export function by(participantId: string, session: number): Actor {
  return { kind: 'participant', participantId, session };
}

export function created(settings: Partial<RoomSettings> = {}): RoomEvent {
  return { type: 'RoomCreated', settings: { ...SETTINGS, ...settings }, at: NOW };
}

export function joined(
  participantId: string,
  session: number,
  { role = 'member', nodeId = 'node-1', name = participantId }: { role?: Role; nodeId?: string; name?: string } = {},
): RoomEvent {
  return { type: 'ParticipantJoined', participantId, name, role, session, nodeId, at: NOW };
}

export function resumed(participantId: string, session: number, nodeId = 'node-1'): RoomEvent {
  return { type: 'ParticipantResumed', participantId, session, nodeId, at: NOW };
}

export function disconnected(participantId: string, session: number, expiresAt = NOW + SETTINGS.graceMs): RoomEvent {
  return { type: 'ParticipantDisconnected', participantId, session, expiresAt };
}

export function published(
  participantId: string,
  trackId: string,
  source: TrackSource = 'microphone',
  muted = false,
): RoomEvent {
  const kind = source === 'camera' || source === 'screen' ? 'video' : 'audio';
  return { type: 'TrackPublished', participantId, trackId, source, kind, muted };
}

export function shared(participantId: string, messageId: string, fileId: string, bytes = 10): RoomEvent {
  const file = { id: fileId, name: `${fileId}.pdf`, bytes, mediaType: 'application/pdf' };
  return { type: 'FileShared', messageId, participantId, name: participantId, file, at: NOW };
}

export function posted(participantId: string, messageId: string, text = 'hello', at = NOW): RoomEvent {
  return { type: 'ChatPosted', messageId, participantId, name: participantId, text, at };
}

export function knocked(participantId: string, nodeId = 'node-1', at = NOW): RoomEvent {
  return { type: 'ParticipantKnocked', participantId, name: participantId, nodeId, at };
}

/** Returns the commit after `after`. */
export function commitOf(
  after: Position,
  events: readonly RoomEvent[],
  {
    commandId = `command-${after.version + 1}`,
    commitId = `commit-${after.version + 1}`,
    actor = OPERATOR,
    at = NOW,
  }: {
    commandId?: string;
    commitId?: string;
    actor?: Actor;
    at?: number;
  } = {},
): Commit {
  return { version: after.version + 1, commitId, prev: after.commitId, commandId, actor, at, events };
}

/** Returns one commit for each event, on an empty room. */
export function commitsOf(events: readonly RoomEvent[]): readonly Commit[] {
  const commits: Commit[] = [];
  let position = ORIGIN;
  for (const event of events) {
    const commit = commitOf(position, [event]);
    commits.push(commit);
    position = { version: commit.version, commitId: commit.commitId };
  }
  return commits;
}

export function stateOf(...events: readonly RoomEvent[]): RoomState {
  return evolveCommits(EMPTY_ROOM, commitsOf(events));
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A command without its envelope. */
export type CommandBody = DistributiveOmit<RoomCommand, 'commandId' | 'actor' | 'now'>;

export function commandOf(actor: Actor, body: CommandBody, { commandId = 'command-now', now = NOW } = {}): RoomCommand {
  return { ...body, commandId, actor, now };
}

export interface Decision {
  /** Expects exactly these events. */
  then(events: readonly RoomEvent[]): void;
  nothing(): void;
  refused(code: RefusalCode): void;
}

/** Begins a sentence about a rule. Each call of `when` decides on the given state. */
export function given(...events: readonly RoomEvent[]): {
  when(actor: Actor, body: CommandBody, envelope?: { commandId?: string; now?: number }): Decision;
} {
  const state = stateOf(...events);
  return {
    when(actor, body, envelope) {
      const attempt = () => decide(commandOf(actor, body, envelope), state);
      return {
        // biome-ignore lint/suspicious/noThenProperty: given, when, then reads as a rule; a decision is never awaited.
        then: (expected) => expect(attempt()).toEqual(expected),
        nothing: () => expect(attempt()).toEqual([]),
        refused: (code) => expect(codeOf(attempt)).toBe(code),
      };
    },
  };
}

function codeOf(attempt: () => readonly RoomEvent[]): RefusalCode | readonly RoomEvent[] {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** Returns a state as plain data, including the order of collections. J1 compares these. */
export function canonical(state: RoomState): string {
  return JSON.stringify(state, (_key, value: unknown) => {
    if (value instanceof Map) return { map: [...value] };
    if (value instanceof Set) return { set: [...value] };
    return value;
  });
}
