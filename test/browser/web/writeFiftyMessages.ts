import type { Deployment } from '../../../ops/kit/deployment/Deployment.ts';
import type { MeetingPage } from './MeetingPage.ts';
import { withPeopleWithoutPage } from './withPeopleWithoutPage.ts';

/** Dora, who has no page, writes as much as somebody who comes later gets at once. Resolves once the page shows it. */
export async function writeFiftyMessages(deployment: Deployment, { page }: MeetingPage): Promise<void> {
  await withPeopleWithoutPage(deployment, page.url(), { Dora: 'member' }, async ([dora]) => {
    for (let n = 1; n <= 50; n += 1) dora?.chat.send(`Message ${n}`);
    await page.getByText('Message 50', { exact: true }).waitFor();
  });
}
