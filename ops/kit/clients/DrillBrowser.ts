import type { ParticipantId } from '../../../core/room/state.ts';
import type { ClientHost } from './ClientHost.ts';

export type BrowserName = 'chromium' | 'firefox';

/** A browser whose pages are clients of a drill. */
export interface DrillBrowser {
  openPage(participantId: ParticipantId): Promise<ClientHost>;
  close(): Promise<void>;
}

/** The path on the server that a page seems to come from, and the document that the browser gets there. */
export const PAGE_PATH = '/drill';
export const PAGE_HTML = '<!doctype html><meta charset="utf-8"><title>Drill</title><body></body>';
