/** What a meeting may sound for; the first one wins where several come at once. */
export const ALERT_KINDS = ['knock', 'hand', 'message', 'people'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
