import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import { makeTestMedia } from '../testMedia.ts';
import type { ClientHost, ProbeName } from './ClientHost.ts';
import type { BrowserName, DrillBrowser } from './DrillBrowser.ts';
import { MEETING_PICTURE, PICTURE } from './picture.ts';
import { hostBot } from './startBot.ts';
import { startChromium } from './startChromium.ts';
import { startFirefox } from './startFirefox.ts';
import { startMeetingPages } from './startMeetingPages.ts';

export interface Cast {
  readonly participants: number;
  /** How many of them are pages of a browser; the others are bots. */
  readonly pages: number;
  /** Chromium by default. */
  readonly browser?: BrowserName;
  /** The pages are the meeting page with the camera of a meeting, rather than small ones of the drill's own. */
  readonly meetingPages?: boolean;
}

export interface Hosts {
  readonly hosts: readonly ClientHost[];
  /** `cleanup` ends them too. */
  close(): Promise<void>;
}

/** Starts clients that wait for `join`. Pages get an address below `url`. */
export async function startHosts(
  url: string,
  { participants, pages, browser: name = 'chromium', meetingPages = false }: Cast,
  probe: ProbeName,
  cleanup: Cleanup,
): Promise<Hosts> {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-drill-media-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const picture = meetingPages ? MEETING_PICTURE : PICTURE;
  const media = await makeTestMedia(folder, picture);
  const start = (): Promise<DrillBrowser> => {
    if (meetingPages && probe === 'drill') return startMeetingPages();
    return name === 'firefox' ? startFirefox(url, probe) : startChromium(url, probe, picture);
  };
  const browser = pages > 0 ? await start() : undefined;
  cleanup.add(() => browser?.close());
  const hosts: ClientHost[] = [];
  for (let number = 1; number <= participants; number += 1) {
    const host =
      browser && number <= pages ? await browser.openPage(`page-${number}`) : hostBot(`bot-${number}`, media, probe);
    cleanup.add(() => host.close());
    hosts.push(host);
  }
  return {
    hosts,
    async close() {
      await Promise.all(hosts.map((host) => host.close()));
      await browser?.close();
    },
  };
}
