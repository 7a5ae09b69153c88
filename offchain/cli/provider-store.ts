import { join } from 'node:path';
import { openNodeStore } from '../store/open-node-store.ts';
import type { Store } from '../store/open.ts';
import type { Session } from './session.ts';

/** Works on the provider's database, beside a service that may be running on it. */
export async function withProviderStore<T>(session: Session, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openNodeStore({ home: join(session.home, 'provider'), name: 'state' });
  try {
    return await work(store);
  } finally {
    await store.$disconnect();
  }
}
