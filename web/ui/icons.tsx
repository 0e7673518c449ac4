import type { ReactNode } from 'react';

/** Drawn for this page on a 24 × 24 grid, in strokes of the text's colour. */
const shapes = {
  mic: (
    <>
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
    </>
  ),
  micOff: (
    <>
      <path d="M15 10.5V6a3 3 0 0 0-5.7-1.3M9 9v2a3 3 0 0 0 4.6 2.5M18.5 11.5a6.5 6.5 0 0 1-.9 3.3M5.5 11.5a6.5 6.5 0 0 0 9.8 5.6M12 18v3M4 3.5l16 17" />
    </>
  ),
  camera: (
    <>
      <rect x="2.5" y="6" width="13" height="12" rx="3" />
      <path d="m15.5 11 6-3.5v9l-6-3.5" />
    </>
  ),
  cameraOff: (
    <>
      <path d="M9.5 6h3a3 3 0 0 1 3 3v3M15.2 16.4a3 3 0 0 1-2.7 1.6h-7a3 3 0 0 1-3-3V9a3 3 0 0 1 2.4-2.9M15.5 11l6-3.5v9l-3.5-2M4 3.5l16 17" />
    </>
  ),
  screen: (
    <>
      <rect x="2.5" y="4" width="19" height="13" rx="2.5" />
      <path d="M8 20.5h8M12 13.8V8M9.3 10.5 12 7.8l2.7 2.7" />
    </>
  ),
  hand: (
    <path d="M8 12.5V6.2a1.4 1.4 0 0 1 2.8 0V11M10.8 11V4.6a1.4 1.4 0 0 1 2.8 0V11M13.6 11V5.8a1.4 1.4 0 0 1 2.8 0v6M16.4 11.8V8.6a1.4 1.4 0 0 1 2.8 0v6.1a6.3 6.3 0 0 1-6.3 6.3h-.6a6.5 6.5 0 0 1-5-2.4l-3.2-4a1.5 1.5 0 0 1 2.2-2L8 14.5z" />
  ),
  chat: (
    <path d="M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 4v-4h-2A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5Z" />
  ),
  people: (
    <>
      <circle cx="9" cy="8" r="3.5" />
      <path d="M2.5 20v-1a5 5 0 0 1 5-5h3a5 5 0 0 1 5 5v1M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18.5 14.5a4.5 4.5 0 0 1 3 4.3V20" />
    </>
  ),
  more: (
    <>
      <circle cx="5.5" cy="12" r="1.2" />
      <circle cx="12" cy="12" r="1.2" />
      <circle cx="18.5" cy="12" r="1.2" />
    </>
  ),
  sliders: (
    <>
      <path d="M4 7h9M18 7h2M4 17h2M11 17h9" />
      <circle cx="15.5" cy="7" r="2.3" />
      <circle cx="8.5" cy="17" r="2.3" />
    </>
  ),
  leave: (
    <path d="M12 9.5c-3.3 0-6.3.8-8.3 2.3-.9.7-1 1.5-.8 2.6l.3 1.4c.2.8.9 1.2 1.6 1l2.7-.7c.6-.1 1-.6 1-1.2l.1-1.9c1.1-.4 2.2-.5 3.4-.5s2.3.1 3.4.5l.1 1.9c0 .6.4 1.1 1 1.2l2.7.7c.7.2 1.4-.2 1.6-1l.3-1.4c.2-1.1.1-1.9-.8-2.6-2-1.5-5-2.3-8.3-2.3Z" />
  ),
  pin: <path d="M9 3.5h6M10 3.5v6.2L7 13.5v1.5h10v-1.5l-3-3.8V3.5M12 15v6" />,
  unpin: <path d="M9 3.5h6M10 3.5v3M14 3.5v6.2l3 3.8v1.5h-2M9.5 10.5 7 13.5v1.5h6M12 15v6M4 4l16 16" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  send: <path d="M4 12h14M12.5 5.5 20 12l-7.5 6.5" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2.5" />
      <path d="M15.5 8.5V6.5A2.5 2.5 0 0 0 13 4H6.5A2.5 2.5 0 0 0 4 6.5V13a2.5 2.5 0 0 0 2.5 2.5h2" />
    </>
  ),
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  edit: <path d="m4.5 19.5.8-4L15.5 5.3a1.8 1.8 0 0 1 2.6 0l.6.6a1.8 1.8 0 0 1 0 2.6L8.5 18.7zM13.5 7.3l3.2 3.2" />,
  trash: <path d="M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5l.8 13h9.4l.8-13M10 10.5v5.5M14 10.5v5.5" />,
  retry: <path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5" />,
  lock: (
    <>
      <rect x="5" y="10.5" width="14" height="10" rx="2.5" />
      <path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />
    </>
  ),
  left: <path d="m14.5 5.5-6.5 6.5 6.5 6.5" />,
  right: <path d="m9.5 5.5 6.5 6.5-6.5 6.5" />,
  speaker: <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11" />,
  warning: <path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2" />,
  star: <path d="m12 4 2.4 5 5.6.7-4.1 3.8 1 5.5-4.9-2.7-4.9 2.7 1-5.5L4 9.7 9.6 9z" />,
  remove: (
    <>
      <circle cx="10" cy="8" r="3.5" />
      <path d="M3.5 20v-1a5 5 0 0 1 5-5h3a5 5 0 0 1 4 2M17 10.5h5" />
    </>
  ),
  door: (
    <>
      <path d="M5.5 21V10.5a6.5 6.5 0 0 1 13 0V21M3 21h18" />
      <circle cx="12" cy="15" r="1.8" />
    </>
  ),
  plus: <path d="M12 5v14M5 12h14" />,
  link: (
    <path d="M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 5.8M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.1" />
  ),
  away: (
    <path d="M3 9.5a13 13 0 0 1 4-2.5M21 9.5a13 13 0 0 0-9-3.6M6.5 13a8 8 0 0 1 3.5-2M17.5 13a8 8 0 0 0-2.5-1.7M9.8 16.5a3.5 3.5 0 0 1 4.4 0M12 19.8v.2M4 3.5l16 17" />
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** Decoration only: whoever shows an icon gives the accessible name. */
export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}
