/**
 * A creator's policy file: what it asks of providers beyond the protocol, and which scheme and tier it takes for what kind of content. JSON; unknown keys are
 * errors. `examplePolicy` below shows every part.
 */
import { z } from 'zod';
import { HoldfastError } from '../wire/errors.ts';
import { SLOTS_MAX } from '../wire/limits.ts';
import { PlacementPolicy, ProviderTier } from '../wire/placement.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Bytes as a number, or as text such as "1GiB". */
const size = z.union([z.number().int().min(0), z.string().regex(/^[0-9]{1,9}(KiB|MiB|GiB|TiB)?$/, 'must be a size such as 512MiB')]).transform((value) => {
  if (typeof value === 'number') return value;
  const [, digits = '0', unit = ''] = /^([0-9]+)([A-Za-z]*)$/.exec(value) ?? [];
  return Number(digits) * (UNITS[unit] ?? 1);
});
const scheme = z.string().regex(/^[1-9][0-9]?\+[1-9][0-9]?$/, 'must be data+parity slots such as 10+6').transform((text) => {
  const [k = 0, m = 0] = text.split('+').map(Number);
  return { k, m };
}).refine(({ k, m }) => k + m <= SLOTS_MAX, { message: `must have at most ${SLOTS_MAX} slots` });

export const Preference = z.enum(['cheap', 'durable', 'fast']);
export type Preference = z.infer<typeof Preference>;

const Match = z.strictObject({
  /** "video/mp4", or "video/*" for all of a kind. */
  contentType: z.string().regex(/^[a-z0-9.+-]+\/([a-z0-9.+-]+|\*)$/i).optional(),
  minBytes: size.optional(),
  maxBytes: size.optional(),
  /** Popularity: how often it is expected to be read. */
  minReadsPerDay: z.number().min(0).optional(),
  maxReadsPerDay: z.number().min(0).optional(),
  prefer: Preference.optional(),
});

/** `copies`: so many full ones, the same as scheme 1+(copies-1). */
const choice = { scheme: scheme.optional(), copies: z.number().int().min(2).max(SLOTS_MAX).optional(), tier: ProviderTier.optional(), place: PlacementPolicy.optional() };
const Rule = z.strictObject({ name: z.string().max(80).optional(), match: Match, ...choice });

export const PolicyFile = z.strictObject({
  /** For everything. */
  place: PlacementPolicy.optional(),
  /** When no rule matches. */
  default: z.strictObject(choice).optional(),
  /** The first that matches counts; its `place` comes on top of the one for everything. */
  rules: z.array(Rule).max(256).default([]),
}).superRefine((file, context) => {
  for (const [i, { scheme: one, copies }] of [file.default ?? {}, ...file.rules].entries()) {
    if (one !== undefined && copies !== undefined) context.addIssue({ code: 'custom', message: 'scheme and copies exclude each other', path: i === 0 ? ['default'] : ['rules', i - 1] });
  }
});
export type PolicyFile = z.output<typeof PolicyFile>;

/** What is to be stored, as far as it is known. */
export interface Content {
  readonly contentType?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly readsPerDay?: number | undefined;
  readonly prefer?: Preference | undefined;
}

export interface Chosen {
  /** Name of the rule, or its number; undefined when none matched. */
  readonly rule: string | undefined;
  readonly scheme: { readonly k: number; readonly m: number } | undefined;
  readonly policy: PlacementPolicy;
}

/** @throws HoldfastError BAD_POLICY that names the keys at fault */
export function parsePolicy(value: unknown, where = 'The policy'): PolicyFile {
  const parsed = PolicyFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new HoldfastError('BAD_POLICY', `${where} is not valid (${faults.join('; ')}).`, { details: { faults }, nextStep: 'offchain/client/README.md shows every key.' });
}

/** What the file says of this content. */
export function choose(file: PolicyFile, content: Content = {}): Chosen {
  const index = file.rules.findIndex(({ match }) => fits(match, content));
  const rule = file.rules[index];
  const { scheme: named, copies, tier, place = {} } = rule ?? file.default ?? {};
  const policy = tighten(file.place ?? {}, tier === undefined ? place : tighten(place, { tiers: [tier] }));
  return {
    rule: rule === undefined ? undefined : (rule.name ?? `rule ${index + 1}`),
    scheme: named ?? (copies === undefined ? undefined : { k: 1, m: copies - 1 }),
    policy,
  };
}

/** What is not known matches no condition on it. */
function fits(match: z.output<typeof Match>, content: Content): boolean {
  const { contentType, sizeBytes, readsPerDay, prefer } = content;
  const isType = match.contentType === undefined || (contentType !== undefined && matchesType(match.contentType, contentType));
  const isWithin = (value: number | undefined, min: number | undefined, max: number | undefined): boolean =>
    (min === undefined && max === undefined) || (value !== undefined && value >= (min ?? 0) && value <= (max ?? Infinity));
  return isType && isWithin(sizeBytes, match.minBytes, match.maxBytes) && isWithin(readsPerDay, match.minReadsPerDay, match.maxReadsPerDay) && (match.prefer === undefined || match.prefer === prefer);
}

function matchesType(pattern: string, type: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), type.toLowerCase().split(';')[0]?.trim() ?? ''];
  return wanted.endsWith('/*') ? given.startsWith(wanted.slice(0, -1)) : given === wanted;
}

/** Both at once: where they differ, the stricter. Lists that exclude each other leave nobody, which the match then says. */
export function tighten(a: PlacementPolicy, b: PlacementPolicy): PlacementPolicy {
  const least = ['perRegion', 'perParent', 'networkBits4', 'networkBits6', 'maxNewcomers'] as const;
  const most = ['minReputation', 'minUptime', 'minBytesPerSecond', 'minCapacityBytes', 'minAgeEpochs'] as const;
  const both: PlacementPolicy = { ...a, ...b };
  for (const key of least) if (a[key] !== undefined && b[key] !== undefined) both[key] = Math.min(a[key], b[key]);
  for (const key of most) if (a[key] !== undefined && b[key] !== undefined) both[key] = Math.max(a[key], b[key]);
  if (a.maxPrice !== undefined && b.maxPrice !== undefined) both.maxPrice = a.maxPrice < b.maxPrice ? a.maxPrice : b.maxPrice;
  if (a.neverRegions !== undefined && b.neverRegions !== undefined) both.neverRegions = [...new Set([...a.neverRegions, ...b.neverRegions])];
  if (a.regions !== undefined && b.regions !== undefined) both.regions = shared(a.regions, b.regions, 'regions');
  if (a.tiers !== undefined && b.tiers !== undefined) both.tiers = shared(a.tiers, b.tiers, 'tiers');
  return both;
}

function shared<T>(a: readonly T[], b: readonly T[], what: string): T[] {
  const both = a.filter((one) => b.includes(one));
  if (both.length > 0) return both;
  throw new HoldfastError('BAD_POLICY', `The policy leaves no ${what}: ${a.join(', ')} and ${b.join(', ')} have nothing in common.`, { nextStep: 'Loosen one of the two.' });
}
