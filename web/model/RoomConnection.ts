import type { Room } from '../../client/index.ts';
import type { ConnectionDetails, MeetingConnection } from './Meeting.ts';

/** The connection of a `Room`, measured when somebody looks at it. */
export class RoomConnection implements MeetingConnection {
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  async measure(): Promise<ConnectionDetails> {
    const { path, record, localParticipant, version } = this.#room;
    const session = record?.participants.get(localParticipant.id)?.session ?? null;
    return { ...(await path.measure()), node: path.nodeUrl ?? null, session, version };
  }
}
