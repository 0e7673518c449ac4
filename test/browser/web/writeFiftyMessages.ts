import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import type { Deployment } from '../../../ops/kit/deployment/Deployment.ts';
import { RoomApi } from '../../../ops/kit/RoomApi.ts';
import type { MeetingPage } from './MeetingPage.ts';

/** Dora, who has no page, writes as much as somebody who comes later gets at once. Resolves once the page shows it. */
export async function writeFiftyMessages(deployment: Deployment, { page }: MeetingPage): Promise<void> {
  const storage = new MemoryStorage();
  const dora = new Room({ media: false, sessionStorage: storage, chatStorage: storage });
  const roomId = page.url().split('/').at(-1) ?? '';
  await dora.connect(deployment.url, await new RoomApi(deployment).joinToken(roomId, 'dora'), { name: 'Dora' });
  try {
    for (let n = 1; n <= 50; n += 1) dora.chat.send(`Message ${n}`);
    await page.getByText('Message 50', { exact: true }).waitFor();
  } finally {
    await dora.disconnect();
  }
}
