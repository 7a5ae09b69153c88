import type { Store } from '../store/open.ts';
import { TermsRefusedError } from './errors.ts';

const LEAVING = 'leaving';

/** True once the operator said that this provider leaves: it takes on nothing new and hands over what it holds. */
export async function isLeaving(store: Store): Promise<boolean> {
  return (await store.fact.findUnique({ where: { key: LEAVING } })) !== null;
}

/** Durable; a service that runs on the same home folder notices at its next look. */
export async function setLeaving(store: Store, leaves: boolean): Promise<void> {
  if (leaves) await store.fact.upsert({ where: { key: LEAVING }, create: { key: LEAVING, value: '' }, update: {} });
  else await store.fact.deleteMany({ where: { key: LEAVING } });
}

/** @throws TermsRefusedError */
export async function requireStaying(store: Store): Promise<void> {
  if (await isLeaving(store)) throw new TermsRefusedError('it is about to leave and takes on nothing new');
}
