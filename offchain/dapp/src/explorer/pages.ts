import type { PageRoute } from '../state/pages.ts';

export const explorerPages: readonly PageRoute[] = [
  { path: '/explorer', title: 'Network', load: () => import('./network-page.tsx') },
  { path: '/explorer/epochs', title: 'Epochs', load: () => import('./epochs-page.tsx') },
  { path: '/explorer/epochs/:epoch', title: 'Epoch', inMenu: false, load: () => import('./epoch-page.tsx') },
  { path: '/explorer/providers', title: 'Providers', load: () => import('./providers-page.tsx') },
  { path: '/explorer/providers/:id', title: 'Provider', inMenu: false, load: () => import('./provider-page.tsx') },
  { path: '/explorer/heavy-nodes', title: 'Heavy nodes', load: () => import('./heavy-nodes-page.tsx') },
  { path: '/explorer/heavy-nodes/:id', title: 'Heavy node', inMenu: false, load: () => import('./heavy-node-page.tsx') },
  { path: '/explorer/agreements', title: 'Agreements', load: () => import('./agreements-page.tsx') },
  { path: '/explorer/agreements/:id', title: 'Agreement', inMenu: false, load: () => import('./agreement-page.tsx') },
  { path: '/explorer/transactions', title: 'Transactions', load: () => import('./transactions-page.tsx') },
  { path: '/explorer/transactions/:hash', title: 'Transaction', inMenu: false, load: () => import('./transaction-page.tsx') },
  { path: '/explorer/blocks/:number', title: 'Block', inMenu: false, load: () => import('./block-page.tsx') },
  { path: '/explorer/addresses/:address', title: 'Address', inMenu: false, load: () => import('./address-page.tsx') },
  { path: '/explorer/names', title: 'Public names', load: () => import('./names-page.tsx') },
];
