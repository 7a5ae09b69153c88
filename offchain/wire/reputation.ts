/** What a heavy node publishes about providers, signed, so that others can weigh it. */
import { keccak256, toHex } from 'viem';
import type { Hex } from 'viem';
import { z } from 'zod';
import { id, signature, uint32 } from './fields.ts';
import { ProviderTier } from './placement.ts';

/** One answer of GET /reputation lists so many. */
export const REPUTATIONS_PER_PAGE = 500;

const count = z.number().min(0).max(1e9);
const share = z.number().min(0).max(1);
const sentences = z.array(z.string().max(400)).max(12);

/** Weighted outcomes of one kind, faded by age, and the mean of their Beta distribution with its prior. */
export const PartReport = z.object({ good: count, bad: count, mean: share });

export const ReputationEntry = z.object({
  node: id,
  tier: ProviderTier,
  /** Of this heavy node's own observations. */
  score: share,
  /** newcomer: still vetted. warned: will be excluded unless it gets better. excluded: gets no new slots here. */
  state: z.enum(['newcomer', 'good', 'warned', 'excluded']),
  parts: z.object({ audits: PartReport, retrieval: PartReport, uptime: PartReport, repair: PartReport }),
  bytesPerSecond: count.optional(),
  speedSamples: uint32,
  ageEpochs: uint32,
  /** Passed audits and served reads, faded. */
  successes: count,
  /** What it may hold of agreements matched here; absent: no limit. */
  limitBytes: z.number().min(0).optional(),
  heldBytes: z.number().min(0),
  /** Unknown outcomes that are being asked again. */
  contained: uint32,
  causes: sentences,
  wayBack: sentences,
});
export type ReputationEntry = z.output<typeof ReputationEntry>;

/** `signature`: of the heavy node's operator over Standings {heavy, epoch, hash of the entries}. `next`: the page after this one begins there. */
export const ReputationReport = z.object({
  heavy: id,
  epoch: uint32,
  entries: z.array(ReputationEntry).max(REPUTATIONS_PER_PAGE),
  next: id.optional(),
  signature,
});
export type ReputationReport = z.output<typeof ReputationReport>;

/** Of the entries as JSON with their keys in the order of the schema, so that both sides hash the same text. */
export function standingsHash(entries: readonly ReputationEntry[]): Hex {
  return keccak256(toHex(JSON.stringify(entries.map((entry) => ReputationEntry.parse(entry)))));
}
