import { join } from 'node:path';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/open.ts';
import type { Session } from './session.ts';

/** Works on the provider's database, beside a service that may be running on it. */
export async function withProviderStore<T>(session: Session, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ url: `file:${join(session.home, 'provider', 'state.db')}` });
  try {
    return await work(store);
  } finally {
    await store.$disconnect();
  }
}
