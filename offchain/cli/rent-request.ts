import { batchLog2For } from '../client/batch-size.ts';
import { Preference, choose } from '../client/placement-policy.ts';
import { readPolicy } from '../client/policy-file.ts';
import type { Quote, RentOptions as RentRequest } from '../client/rent.ts';
import type { PlacementPolicy } from '../wire/placement.ts';
import { SLOTS_MAX } from '../wire/limits.ts';
import { contentTypeOf } from './content-type.ts';
import { geometry } from '../codec/geometry.ts';
import { quotaPerSupplier } from '../codec/presets.ts';
import type { Clock } from '../chain/epoch.ts';
import { UsageError } from './errors.ts';
import { table } from './output.ts';
import { formatAmount, formatBytes, formatSeconds, parseAmount, parseBatchLog2, parseCount, parseScheme, parseSize, schemeForSuppliers } from './units.ts';

const DEFAULT_SCHEME = { k: 10, m: 6 };
/** No contract takes a higher price. */
const NO_LIMIT = 2n ** 61n - 1n;
const PERIODS_MAX = 520;
const QUOTA_MAX = 2 ** 32 - 1;

export interface RentArguments {
  readonly scheme?: string;
  readonly suppliers?: string;
  readonly copies?: string;
  readonly space: string;
  readonly batch?: string;
  readonly periods: string;
  readonly maxPrice?: string;
  readonly maxCost?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly policy?: string;
  readonly for?: string;
  readonly reads?: string;
  readonly prefer?: string;
  readonly explain?: boolean;
}

/** What the policy file says for this content: a scheme unless one is named on the command line, and rules of placement. Throws UsageError, BAD_POLICY. */
export async function policyChoice(options: RentArguments): Promise<{ rule: string | undefined; scheme?: string; policy: PlacementPolicy | undefined }> {
  const { policy: path, for: content, reads, prefer } = options;
  if (path === undefined) {
    if (content !== undefined || reads !== undefined || prefer !== undefined) throw new UsageError('--for, --reads and --prefer choose among the rules of a policy.', 'Name it with --policy FILE.');
    return { rule: undefined, policy: undefined };
  }
  const preference = prefer === undefined ? undefined : Preference.safeParse(prefer).data;
  if (prefer !== undefined && preference === undefined) throw new UsageError(`"${prefer}" is no preference.`, 'Take cheap, durable or fast.');
  const { rule, scheme, policy } = choose(await readPolicy(path), {
    contentType: content === undefined ? undefined : contentTypeOf(content),
    sizeBytes: Number(parseSize(options.space)),
    readsPerDay: reads === undefined ? undefined : parseCount(reads, { what: 'a number of reads a day', min: 0, max: 1e9 }),
    prefer: preference,
  });
  const isNamed = namedSchemes(options).length > 0;
  return { rule, policy, ...(scheme === undefined || isNamed ? {} : { scheme: `${scheme.k}+${scheme.m}` }) };
}

/** What the options of `holdfast rent` ask for. Throws UsageError. */
export function rentRequest(options: Omit<RentArguments, 'policy'>): RentRequest {
  const named = namedSchemes(options);
  if (named.length > 1) throw new UsageError(`${named.join(' and ')} exclude each other.`);
  if (options.yes === true && options.maxPrice === undefined && options.maxCost === undefined) throw new UsageError('--yes pays without showing the price first.', 'Say with --max-price or --max-cost what is acceptable.');
  const scheme = schemeOf(options);
  const spaceBytes = parseSize(options.space);
  const batchLog2 = options.batch === undefined ? batchLog2For(spaceBytes) : parseBatchLog2(options.batch);
  const { payloadSize } = geometry({ ...scheme, batchLog2 });
  const quota = Number((spaceBytes + BigInt(payloadSize) - 1n) / BigInt(payloadSize));
  if (quota < 1 || quota > QUOTA_MAX) throw new UsageError(`${options.space} is not possible as space in batches of ${formatBytes(2 ** batchLog2)}.`);
  return {
    scheme,
    batchLog2,
    quota,
    periods: parseCount(options.periods, { what: 'a number of periods', max: PERIODS_MAX }),
    priceLimit: options.maxPrice === undefined ? NO_LIMIT : parseAmount(options.maxPrice),
    ...(options.maxCost === undefined ? {} : { maxCost: parseAmount(options.maxCost) }),
  };
}

function namedSchemes({ scheme, suppliers, copies }: Pick<RentArguments, 'scheme' | 'suppliers' | 'copies'>): string[] {
  return Object.entries({ '--scheme': scheme, '--suppliers': suppliers, '--copies': copies }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/** So many full copies are one data slot and the rest parity: every slot alone restores everything. */
function schemeOf({ scheme, suppliers, copies }: Pick<RentArguments, 'scheme' | 'suppliers' | 'copies'>): { k: number; m: number } {
  if (scheme !== undefined) return parseScheme(scheme);
  if (copies !== undefined) return { k: 1, m: parseCount(copies, { what: 'a number of copies', min: 2, max: SLOTS_MAX }) - 1 };
  return suppliers === undefined ? DEFAULT_SCHEME : schemeForSuppliers(suppliers);
}

/** The quote as a person reads it before signing. */
export function costLines(offer: Quote, request: RentRequest & { readonly clock: Clock }): string[] {
  const { k, m } = request.scheme;
  const { clock, quota } = request;
  const { payloadSize } = geometry({ k, m, batchLog2: request.batchLog2 });
  const periodSeconds = clock.epochSeconds * clock.epochsPerPeriod;
  const rows = offer.match.offers.map(({ provider, region, price, reason }, slot) => [String(slot), String(provider), String(region), formatAmount(price), reason]);
  return [
    ...table([['slot', 'provider', 'region', 'per batch and epoch', 'chosen because'], ...rows], { right: [0, 1, 2] }),
    '',
    `Space   ${formatBytes(payloadSize * quota)} in ${quota} batches over ${k}+${m} slots; any ${m} providers may be lost`,
    `Each    provider keeps ${formatBytes(quotaPerSupplier(BigInt(payloadSize) * BigInt(quota), { k }))}: the space / ${k}; all ${k + m} together ${((k + m) / k).toFixed(2)} bytes for each of yours`,
    `Term    until period ${offer.match.terms.endPeriod}: ${request.periods} whole periods of ${formatSeconds(periodSeconds)}, and the rest of this one`,
    `Fee     ${(offer.match.terms.feeBps / 100).toFixed(2)} % of it for the heavy node ${offer.match.terms.heavy}`,
    `Cost    ${formatAmount(offer.cost)} tokens for the whole term; epochs that are not proven come back`,
  ];
}

/** The quote as a program reads it. */
export function quoteFacts({ match, perEpoch }: Quote, { scheme, batchLog2, quota }: RentRequest): Readonly<Record<string, unknown>> {
  const { payloadSize } = geometry({ ...scheme, batchLog2 });
  const spaceBytes = BigInt(payloadSize) * BigInt(quota);
  return {
    ...scheme, batchBytes: 2 ** batchLog2, quota, spaceBytes, bytesPerProvider: quotaPerSupplier(spaceBytes, scheme), perEpoch,
    endPeriod: match.terms.endPeriod, heavy: match.terms.heavy, feeBps: match.terms.feeBps,
    providers: match.offers.map(({ provider, region, price, reason }, slot) => ({ slot, provider, region, price, reason })),
  };
}
