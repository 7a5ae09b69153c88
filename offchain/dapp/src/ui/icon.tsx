import type { ReactNode } from 'react';

const PATHS = {
  store: <><path d="M4 8.5 12 4l8 4.500v7L12 20l-8-4.500z" /><path d="M4 8.500l8 4.500 8-4.500M12 13v7" /></>,
  provide: <><rect x="4" y="4" width="16" height="6.500" rx="2" /><rect x="4" y="13.500" width="16" height="6.500" rx="2" /><path d="M8 7.250h.01M8 16.750h.01" /></>,
  heavy: <><circle cx="12" cy="12" r="2.500" /><circle cx="5" cy="6" r="1.750" /><circle cx="19" cy="6" r="1.750" /><circle cx="5" cy="18" r="1.750" /><circle cx="19" cy="18" r="1.750" /><path d="m6.500 7.200 3.500 3M17.500 7.200l-3.500 3M6.500 16.800l3.500-3M17.500 16.800l-3.500-3" /></>,
  explore: <><circle cx="12" cy="12" r="8.250" /><path d="m15.500 8.500-2.200 4.800-4.800 2.200 2.200-4.800z" /></>,
  sun: <><circle cx="12" cy="12" r="3.750" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M5.600 18.400 7 17M17 7l1.400-1.400" /></>,
  moon: <path d="M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z" />,
  auto: <><circle cx="12" cy="12" r="8" /><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor" stroke="none" /></>,
  check: <path d="m5 12.500 4.500 4.500L19 7.500" />,
  cross: <path d="M6 6l12 12M18 6 6 18" />,
  warn: <><path d="M12 4.500 3.500 19h17z" /><path d="M12 10v4M12 16.700h.01" /></>,
  info: <><circle cx="12" cy="12" r="8.250" /><path d="M12 11v5M12 8h.01" /></>,
  file: <><path d="M6.500 3.500h7l4 4v13h-11z" /><path d="M13.500 3.500v4h4" /></>,
  folder: <path d="M3.500 6.500a1.500 1.500 0 0 1 1.500-1.500h4l2 2.500h8a1.500 1.500 0 0 1 1.500 1.500v8.500a1.500 1.500 0 0 1-1.500 1.500H5a1.500 1.500 0 0 1-1.500-1.500z" />,
  upload: <><path d="M12 16V5M7.500 9 12 4.500 16.500 9" /><path d="M4.500 15.500v3a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1v-3" /></>,
  download: <><path d="M12 4.500v11M7.500 11.500 12 16l4.500-4.500" /><path d="M4.500 16.500v2a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1v-2" /></>,
  share: <><circle cx="6.500" cy="12" r="2.250" /><circle cx="17" cy="6.500" r="2.250" /><circle cx="17" cy="17.500" r="2.250" /><path d="m8.500 11 6.500-3.500M8.500 13l6.500 3.500" /></>,
  trash: <path d="M5 7h14M9.500 7V4.500h5V7M7 7l.700 12.500h8.600L17 7M10.500 10.500v5.500M13.500 10.500v5.500" />,
  pause: <path d="M9 6v12M15 6v12" />,
  play: <path d="M8 5.500v13l10.500-6.500z" />,
  chevron: <path d="m9 6 6 6-6 6" />,
  down: <path d="m6 9 6 6 6-6" />,
  menu: <path d="M4 7h16M4 12h16M4 17h16" />,
  wallet: <><path d="M4 7.500A1.500 1.500 0 0 1 5.500 6H18v3.500" /><path d="M4 7.500v10A1.500 1.500 0 0 0 5.500 19H20V9.500H5.500A1.500 1.500 0 0 1 4 8" /><path d="M16 14.250h.01" /></>,
  lock: <><rect x="5.500" y="10.500" width="13" height="9" rx="2" /><path d="M8.500 10.500V8a3.500 3.500 0 0 1 7 0v2.500" /></>,
  clock: <><circle cx="12" cy="12" r="8.250" /><path d="M12 7.500V12l3 2" /></>,
  settings: <><circle cx="12" cy="12" r="2.750" /><path d="M12 3.500v2.700M12 17.800v2.700M3.500 12h2.700M17.800 12h2.700M6 6l1.900 1.900M16.100 16.100 18 18M6 18l1.900-1.900M16.100 7.900 18 6" /></>,
  external: <path d="M13.500 5H19v5.500M19 5l-8 8M17 14v4.500H5.500V7H10" />,
  copy: <><rect x="8.500" y="8.500" width="11" height="11" rx="2" /><path d="M15.500 8.500V6a1.500 1.500 0 0 0-1.500-1.500H6A1.500 1.500 0 0 0 4.500 6v8A1.500 1.500 0 0 0 6 15.500h2.500" /></>,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

/** A picture beside text that says the same: hidden from screen readers. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.600" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {PATHS[name]}
    </svg>
  );
}
