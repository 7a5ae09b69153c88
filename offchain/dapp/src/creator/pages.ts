import type { PageRoute } from '../state/pages.ts';

export const creatorPages: readonly PageRoute[] = [
  { path: '/', title: 'Overview', load: () => import('./overview.tsx') },
  { path: '/files', title: 'Files', needsWallet: true, load: () => import('./files/page.tsx') },
  { path: '/files/one', title: 'File', inMenu: false, needsWallet: true, load: () => import('./files/one.tsx') },
  { path: '/shared', title: 'Shared with me', load: () => import('./shared/page.tsx') },
  { path: '/agreements', title: 'Agreements', needsWallet: true, load: () => import('./agreements/page.tsx') },
  { path: '/agreements/:id', title: 'Agreement', inMenu: false, load: () => import('./agreements/one.tsx') },
  { path: '/rent', title: 'Rent space', load: () => import('./rent/page.tsx') },
  { path: '/tokens', title: 'Tokens', load: () => import('./tokens/page.tsx') },
  { path: '/spending', title: 'Spending', needsWallet: true, load: () => import('./spending/page.tsx') },
  { path: '/settings', title: 'Settings', load: () => import('./settings/page.tsx') },
];
