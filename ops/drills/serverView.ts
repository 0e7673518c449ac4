import { randomUUID } from 'node:crypto';
import { EntryAnswer } from '../../signaling/protocol/requests.ts';
import { ask } from '../kit/ask.ts';
import { type RoomPicture, toPicture } from '../kit/clients/roomPicture.ts';
import { enter } from '../kit/enter.ts';

/** The server's replica of a room as a newcomer gets it: one more participant joins, looks and leaves. */
export async function serverView(url: string, token: string): Promise<{ room: RoomPicture; version: number }> {
  const { socket, joined } = enter(url, token, 'Observer');
  try {
    const { room, version } = EntryAnswer.parse(await joined);
    if (!room) throw new Error('the server showed the observer no room');
    await ask(socket, 'leave', { commandId: randomUUID() });
    return { room: toPicture(room), version };
  } finally {
    socket.disconnect();
  }
}
