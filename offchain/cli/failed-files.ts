import type { RestoreResult } from '../codec/restore-node.ts';

/** Why each of the files is not there, in words. */
export function failedFiles({ failed }: Pick<RestoreResult, 'failed'>): { path: string; reason: string }[] {
  return failed.map(({ path, error }) => ({ path, reason: error instanceof Error ? error.message : String(error) }));
}
