import { type Clock, type Logger, Unavailable } from '../ports.ts';
import type { CommandOf } from '../room/commands.ts';
import type { NodeId, ParticipantId } from '../room/state.ts';
import { RoomReadOnly } from './RoomReadOnly.ts';

export interface DisconnectTarget {
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly handle: (command: CommandOf<'DisconnectParticipant'>) => Promise<unknown>;
  readonly isClosed: () => boolean;
  /** Resolves when the journal may be asked again. */
  readonly pause: () => Promise<void>;
}

/** Puts a lost connection on record, however long the journal is away. Never rejects: a failure is logged. */
export async function recordDisconnect(
  { nodeId, clock, logger, newId, handle, isClosed, pause }: DisconnectTarget,
  participantId: ParticipantId,
  session: number,
): Promise<void> {
  const commandId = newId();
  const actor = { kind: 'node', nodeId } as const;
  while (!isClosed()) {
    try {
      await handle({ type: 'DisconnectParticipant', commandId, actor, now: clock.now(), participantId, session });
      return;
    } catch (error) {
      // Whoever finds this node gone records it.
      if (error instanceof RoomReadOnly) return;
      if (!(error instanceof Unavailable)) {
        logger.error({ err: error, participantId }, 'a disconnect could not be recorded');
        return;
      }
      await pause();
    }
  }
}
