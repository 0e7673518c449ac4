import { WireRefusal } from '../WireRefusal.ts';
import { enter } from './enter.ts';
import type { Handler } from './handler.ts';
import { toEntrant } from './toEntrant.ts';

/**
 * Takes a resume token, or a connection that is seated: both prove that the caller held a session of this participant.
 */
export const resume: Handler<'resume'> = async ({ request, connection, context, afterAnswer }) => {
  const { claims } = connection;
  if (claims.kind !== 'resume' && !connection.seat) {
    throw new WireRefusal('TOKEN_INVALID', 'Resuming needs the resume token that came with the session.');
  }
  afterAnswer(connection.startEntering(request.commandId));
  return enter(
    context,
    connection,
    {
      type: 'ResumeSession',
      commandId: request.commandId,
      actor: { kind: 'node', nodeId: context.nodeId },
      now: context.clock.now(),
      participantId: claims.participantId,
      nodeId: context.nodeId,
      sessionSeen: request.session ?? 0,
      entrant: toEntrant(context, connection, request.device),
    },
    request,
  );
};
