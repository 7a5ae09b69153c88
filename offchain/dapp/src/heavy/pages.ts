import type { PageRoute } from '../state/pages.ts';

export const heavyPages: readonly PageRoute[] = [
  { path: '/heavy', title: 'Overview', load: () => import('./overview-page.tsx') },
  { path: '/heavy/matches', title: 'Matches', load: () => import('./matches-page.tsx') },
  { path: '/heavy/fees', title: 'Fees', load: () => import('./fees-page.tsx') },
  { path: '/heavy/audits', title: 'Audits', load: () => import('./audits-page.tsx') },
  { path: '/heavy/repairs', title: 'Repairs and work', load: () => import('./repairs-page.tsx') },
];
