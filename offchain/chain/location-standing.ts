/** What the chain says of where public content is said to lie. Bytes are not read here: whoever uses it reads and proves them. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { ChainError } from './chain-errors.ts';
import { currentPeriod } from './current-epoch.ts';
import { readRenewal } from './pot.ts';
import { readAgreement } from './read-agreement.ts';
import { readBundleIfAny } from './read-bundle.ts';
import type { Chain } from './types.ts';
import { ConflictError, NotFoundError } from '../wire/http-errors.ts';
import type { PublicLocation } from '../wire/named.ts';
/** Each is looked up on the chain. */
const AGREEMENTS_PER_LOCATION = 8;
const BUNDLES_PER_LOCATION = 64;

export interface Standing {
  readonly creator: Address;
  /** The first of the agreements ends when this period begins. */
  readonly endPeriod: number;
}

/** Agreements and bundles that the location names, each once. */
export function placesOf({ manifest, segments, keys }: PublicLocation): { agreements: number[]; bundles: { agreement: number; bundle: number; batches: number }[] } {
  const bundles = new Map<string, { agreement: number; bundle: number; batches: number }>();
  const note = (agreement: number, bundle: number, batches: number): void => {
    const known = bundles.get(`${agreement}/${bundle}`);
    bundles.set(`${agreement}/${bundle}`, { agreement, bundle, batches: Math.max(batches, known?.batches ?? 0) });
  };
  for (const { agreement, bundle, batch } of [...manifest.chunks, ...segments]) note(agreement, bundle, batch + 1);
  for (const row of keys) note(row.agreement, row.bundle, row.batch + (row.keys.length - 2) / 64);
  const all = [...bundles.values()];
  return { agreements: [...new Set([manifest.agreement, ...all.map(({ agreement }) => agreement)])], bundles: all };
}

/** Every agreement runs, is locked and of one creator; every bundle is committed, lives and has the batches. @throws ConflictError, NotFoundError, RpcUnavailableError */
export async function standingOf(chain: Chain, location: PublicLocation): Promise<Standing> {
  const { agreements, bundles } = placesOf(location);
  if (agreements.length > AGREEMENTS_PER_LOCATION || bundles.length > BUNDLES_PER_LOCATION) {
    throw new ConflictError(`The location names ${agreements.length} agreements and ${bundles.length} bundles.`, { code: 'LOCATION_SCATTERED', nextStep: `Store it in one piece: ${AGREEMENTS_PER_LOCATION} agreements and ${BUNDLES_PER_LOCATION} bundles are taken.` });
  }
  const period = await currentPeriod(chain);
  const states = await Promise.all(agreements.map((id) => standingOfAgreement(chain, id, period)));
  const [first] = states as [Standing, ...Standing[]];
  if (!states.every(({ creator }) => isAddressEqual(creator, first.creator))) throw new ConflictError('The agreements belong to several creators.', { code: 'LOCATION_SCATTERED' });
  for (const { agreement, bundle, batches } of bundles) {
    const state = await readBundleIfAny(chain, agreement, bundle);
    if (state === undefined || state.retired !== 0 || state.batches < batches) {
      throw new NotFoundError(`Agreement ${agreement} holds no such batches in bundle ${bundle}, or not any more.`, { code: 'NO_SUCH_BUNDLE', details: { agreement, bundle, batches } });
    }
  }
  return { creator: first.creator, endPeriod: Math.min(...states.map(({ endPeriod }) => endPeriod)) };
}

async function standingOfAgreement(chain: Chain, id: number, period: number): Promise<Standing> {
  const [{ creator, endPeriod }, { isLocked }] = await Promise.all([known(chain, id), readRenewal(chain, id)]);
  if (endPeriod <= period) throw new ConflictError(`Agreement ${id} has ended.`, { code: 'AGREEMENT_OVER', details: { id } });
  if (!isLocked) throw new ConflictError(`Agreement ${id} is not locked: its creator could delete what is in it.`, { code: 'NOT_LOCKED', details: { id }, nextStep: 'Let its creator run `holdfast lock` first.' });
  return { creator, endPeriod };
}

async function known(chain: Chain, id: number): Promise<Standing> {
  try {
    return await readAgreement(chain, id);
  } catch (error) {
    if (error instanceof ChainError && error.code === 'NO_SUCH_AGREEMENT') throw new NotFoundError(error.shortMessage, { code: error.code, cause: error });
    throw error;
  }
}
