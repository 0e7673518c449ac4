import type { ParticipantId } from '../../../core/room/state.ts';
import type { ClientHost } from './ClientHost.ts';

export type BrowserName = 'chromium' | 'firefox';

/** A browser that clients of a drill are pages of. */
export interface DrillBrowser {
  openPage(participantId: ParticipantId): Promise<ClientHost>;
  close(): Promise<void>;
}

/** Where on the server a page is, as its browser is made to believe, and what is there. */
export const PAGE_PATH = '/drill';
export const PAGE_HTML = '<!doctype html><meta charset="utf-8"><title>Drill</title><body></body>';
