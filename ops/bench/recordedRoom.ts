import type { Actor, RoomCommand } from '../../core/room/commands.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import { decide } from '../../core/room/decide.ts';
import { evolveCommit } from '../../core/room/evolve.ts';
import { Refusal } from '../../core/room/refusal.ts';
import { EMPTY_ROOM, type Participant, type RoomState } from '../../core/room/state.ts';
import { pick, randomFrom } from '../kit/random.ts';

const STARTED_AT = Date.UTC(2026, 0, 1, 9);
const NODE: Actor = { kind: 'node', nodeId: 'node-1' };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type CommandBody = DistributiveOmit<RoomCommand, 'commandId' | 'actor' | 'now'>;

/** What a person does next, and the share of each habit in percent. */
const HABITS: readonly { readonly share: number; next(person: Participant, n: number): CommandBody | null }[] = [
  {
    share: 55,
    next: (_, n) => ({
      type: 'PostChat',
      messageId: `message-${n}`,
      text: `Message ${n}, about as long as people write.`,
    }),
  },
  { share: 25, next: toggleMute },
  {
    share: 8,
    next: (person) =>
      person.handRaisedAt === null ? { type: 'RaiseHand' } : { type: 'LowerHand', participantId: person.id },
  },
  {
    share: 4,
    next: (person) => ({ type: 'DisconnectParticipant', participantId: person.id, session: person.session }),
  },
  { share: 4, next: (person) => ({ type: 'ResumeSession', participantId: person.id, nodeId: 'node-1' }) },
  {
    share: 2,
    next: (person, n) => ({
      type: 'PublishTrack',
      trackId: `screen-${person.id}-${n}`,
      source: 'screen',
      muted: false,
    }),
  },
  { share: 2, next: unpublishScreen },
];

/** The journal of a lively room with `people` people and `length` commits, each decided by the rules. */
export function recordRoom(people: number, length: number, seed: number): Commit[] {
  const random = randomFrom(seed);
  const commits: Commit[] = [];
  let state: RoomState = EMPTY_ROOM;
  let position: Position = ORIGIN;

  const give = (body: CommandBody, actor: Actor): void => {
    const n = commits.length + 1;
    const command: RoomCommand = {
      ...body,
      actor,
      commandId: `command-${n}-${Math.floor(random() * 1e9)}`,
      now: STARTED_AT + n * 700,
    };
    const events = decideOrNothing(command, state);
    if (events.length === 0) return;
    const commit: Commit = {
      version: position.version + 1,
      commitId: `commit-${n}`,
      prev: position.commitId,
      commandId: command.commandId,
      actor,
      at: command.now,
      events,
    };
    commits.push(commit);
    state = evolveCommit(state, commit);
    position = { version: commit.version, commitId: commit.commitId };
  };

  const settings = { name: 'All hands', capacity: people, graceMs: 20_000, lobby: false, passwordHash: null };
  give({ type: 'CreateRoom', ...settings }, { kind: 'operator' });
  for (let index = 0; index < people; index += 1) {
    const participantId = `person-${index}`;
    const role = index === 0 ? 'host' : 'member';
    give(
      { type: 'JoinRoom', participantId, name: `Person ${index}`, role, nodeId: 'node-1', passwordVerifiedFor: null },
      NODE,
    );
    for (const source of ['camera', 'microphone'] as const) {
      give(
        { type: 'PublishTrack', trackId: `${source}-${index}`, source, muted: false },
        actorOf(state, participantId),
      );
    }
  }
  while (commits.length < length) {
    const person = pick(random, [...state.participants.values()]);
    const body = pickHabit(random).next(person, commits.length);
    if (body) give(body, isNodes(body) ? NODE : actorOf(state, person.id));
  }
  return commits;
}

/** Returns no events if the room refuses, such as a message of somebody who is away. */
function decideOrNothing(command: RoomCommand, state: RoomState): ReturnType<typeof decide> {
  try {
    return decide(command, state);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

function pickHabit(random: () => number): (typeof HABITS)[number] {
  let rest = random() * 100;
  const habit = HABITS.find(({ share }) => {
    rest -= share;
    return rest < 0;
  });
  return habit ?? pick(random, HABITS);
}

function isNodes({ type }: CommandBody): boolean {
  return type === 'DisconnectParticipant' || type === 'ResumeSession';
}

function actorOf(state: RoomState, participantId: string): Actor {
  return { kind: 'participant', participantId, session: state.participants.get(participantId)?.session ?? 0 };
}

function toggleMute(person: Participant): CommandBody | null {
  const microphone = [...person.tracks.values()].find(({ source }) => source === 'microphone');
  if (!microphone) return null;
  return { type: 'SetTrackMuted', participantId: person.id, trackId: microphone.id, muted: !microphone.muted };
}

function unpublishScreen(person: Participant): CommandBody | null {
  const screen = [...person.tracks.values()].find(({ source }) => source === 'screen');
  return screen ? { type: 'UnpublishTrack', participantId: person.id, trackId: screen.id } : null;
}
