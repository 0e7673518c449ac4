import { type JournalAhead, Unavailable } from '../ports.ts';
import type { RoomId } from '../room/state.ts';

/** A newer node has changed the room in a way that this one cannot read: it takes no commands here. */
export class RoomReadOnly extends Unavailable {
  constructor(roomId: RoomId, cause: JournalAhead) {
    super(
      'room',
      `This server is older than one that has changed room ${roomId}: it shows the room as far as it can read it, and ` +
        'takes no changes. Turn to another server, or wait until this one is updated.',
      { cause },
    );
    this.name = 'RoomReadOnly';
  }
}
