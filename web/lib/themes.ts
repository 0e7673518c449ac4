export const THEMES = ['system', 'light', 'dark'] as const;

/** How bright the page is; `system` follows the person's system outside of meetings, which are dark then. */
export type Theme = (typeof THEMES)[number];

export function isTheme(value: unknown): value is Theme {
  return THEMES.some((theme) => theme === value);
}
