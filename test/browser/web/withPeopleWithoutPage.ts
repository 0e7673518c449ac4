import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import type { Role } from '../../../core/room/state.ts';
import type { Deployment } from '../../../ops/kit/deployment/Deployment.ts';
import { RoomApi } from '../../../ops/kit/RoomApi.ts';

/** Runs `body` while people with these roles are in the meeting who have neither a page nor media. */
export async function withPeopleWithoutPage(
  deployment: Deployment,
  url: string,
  roles: Readonly<Record<string, Role>>,
  body: (people: readonly Room[]) => Promise<void>,
): Promise<void> {
  const roomId = url.split('/').at(-1) ?? '';
  const api = new RoomApi(deployment);
  const people: Room[] = [];
  try {
    for (const [name, role] of Object.entries(roles)) {
      const storage = new MemoryStorage();
      const room = new Room({ media: false, sessionStorage: storage, chatStorage: storage });
      people.push(room);
      await room.connect(deployment.url, await api.joinToken(roomId, name.toLowerCase(), role), { name });
    }
    await body(people);
  } finally {
    await Promise.all(people.map((room) => room.disconnect()));
  }
}
