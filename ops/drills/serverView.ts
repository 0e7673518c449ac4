import { z } from 'zod';
import { Session } from '../../signaling/protocol/requests.ts';
import type { RoomView } from '../../signaling/protocol/shapes.ts';
import { enter } from '../bench/join/enter.ts';

const answerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: Session }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string() }) }),
]);

/** The server's replica of a room as it shows it to a newcomer: one more participant comes, looks and goes. */
export async function serverView(url: string, token: string): Promise<{ room: RoomView; version: number }> {
  const { socket, answer } = enter(url, token, 'Observer');
  try {
    const answered = answerSchema.parse(await answer);
    if (!answered.ok) throw new Error(`the observer could not join: ${answered.error.code} ${answered.error.message}`);
    const { room, version } = answered.result;
    if (!room) throw new Error('the server showed the observer no room');
    return { room, version };
  } finally {
    socket.disconnect();
  }
}
