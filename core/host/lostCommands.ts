import type { RoomCommand } from '../room/commands.ts';
import type { Commit } from '../room/commit.ts';
import type { NodeId, RoomState } from '../room/state.ts';

const KEPT = 1_024;

/** The commands of this node's newest commits: if the journal loses a commit, its command is decided again. */
export class OwnCommands {
  /** By command id: they wait for the outcome of an append. */
  #inHand: ReadonlyMap<string, RoomCommand> = new Map();
  readonly #byCommitId = new Map<string, RoomCommand>();

  take(commands: readonly RoomCommand[]): void {
    this.#inHand = new Map(commands.map((command) => [command.commandId, command]));
  }

  /** Only commits that are in the journal count: attempts would fill the memory while the journal is away. */
  accepted({ commandId, commitId }: Commit): void {
    const command = this.#inHand.get(commandId);
    if (!command) return;
    this.#byCommitId.set(commitId, command);
    for (const oldest of this.#byCommitId.keys()) {
      if (this.#byCommitId.size <= KEPT) break;
      this.#byCommitId.delete(oldest);
    }
  }

  /** Returns the commands of lost commits that `nodeId` decides again in the room as it is now. */
  toRepeat(lost: readonly Commit[], state: RoomState, nodeId: NodeId): readonly RoomCommand[] {
    return lost
      .map(({ commitId }) => this.#byCommitId.get(commitId))
      .filter((command) => command !== undefined)
      .filter((command) => isRepeated(command, state, nodeId));
  }
}

/**
 * Where people are connected is never repeated: they may have come back elsewhere since, and clients that missed
 * something resume by themselves.
 */
function isRepeated(command: RoomCommand, state: RoomState, nodeId: NodeId): boolean {
  switch (command.type) {
    case 'JoinRoom':
    case 'ResumeSession':
    case 'DisconnectNode':
    case 'ExpireParticipants':
    case 'CloseEmptyRoom':
    // Somebody may have gone back in, and others may use the room: the next look at the main room says what holds now.
    case 'CallBack':
    case 'FollowParticipant':
    case 'FollowSettings':
    case 'LiftMovedBan':
    case 'CloseBreakout':
    case 'EndDueBreakouts':
      return false;
    case 'DisconnectParticipant': {
      // Nobody else records it: without it the participant would count as connected here for ever.
      const participant = state.participants.get(command.participantId);
      return participant?.nodeId === nodeId && participant.session === command.session;
    }
    case 'SetTrackMuted':
      // A host may have muted the track since [M2].
      return command.muted;
    default:
      return true;
  }
}

/**
 * Returns the command of a person as from the session that the room knows: the one in which they gave it may be lost.
 * They leave only the stay that they left.
 */
export function inPresentSession(command: RoomCommand, state: RoomState): RoomCommand {
  const { actor } = command;
  if (actor.kind !== 'participant' || command.type === 'LeaveRoom') return command;
  const session = state.participants.get(actor.participantId)?.session;
  return session === undefined ? command : { ...command, actor: { ...actor, session } };
}
