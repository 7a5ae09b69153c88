import { hexToBytes } from 'viem';
import type { AuditSpec } from '../../wire/jobs.ts';
import { provenLeaves, requestRange } from '../../wire/proven-range.ts';
import { endOf } from './end-of.ts';
import type { JobTools } from './tools.ts';

/** The leaves and their proof, as the provider sent them. @throws JobEndedError */
export async function auditJob({ places, signal }: JobTools, spec: AuditSpec): Promise<Uint8Array> {
  const claim = { ...spec, root: hexToBytes(spec.root) };
  try {
    const endpoint = await places.of(spec.provider);
    const bytes = await requestRange({ ...spec, endpoint }, claim, { signal });
    if (provenLeaves(bytes, claim) !== undefined) return bytes;
  } catch (error) {
    throw endOf(error, spec.first);
  }
  throw endOf(undefined, spec.first);
}
