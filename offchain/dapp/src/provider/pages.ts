import type { PageRoute } from '../state/pages.ts';

export const providerPages: readonly PageRoute[] = [
  { path: '/provider', title: 'Overview', load: () => import('./overview-page.tsx') },
  { path: '/provider/register', title: 'Become a provider', load: () => import('./register-page.tsx') },
  { path: '/provider/slots', title: 'Slots and proofs', needsWallet: true, load: () => import('./slots-page.tsx') },
  { path: '/provider/earnings', title: 'Earnings', needsWallet: true, load: () => import('./earnings-page.tsx') },
  { path: '/provider/faults', title: 'Faults and challenges', needsWallet: true, load: () => import('./faults-page.tsx') },
  { path: '/provider/stake', title: 'Stake and settings', needsWallet: true, load: () => import('./stake-page.tsx') },
  { path: '/provider/exit', title: 'Leave', needsWallet: true, load: () => import('./exit-page.tsx') },
];
