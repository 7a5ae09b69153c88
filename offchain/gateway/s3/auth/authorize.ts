import { S3Error } from '../errors.ts';
import type { AccessKey } from './access-key.ts';

const READS = new Set(['GET', 'HEAD']);

/** Throws AccessDenied for what this key may not do. */
export function authorize({ access, buckets }: AccessKey, method: string, bucket: string | undefined): void {
  if (access === 'read' && !READS.has(method)) throw new S3Error('AccessDenied', 'This access key may only read.');
  if (bucket !== undefined && buckets?.includes(bucket) === false) throw new S3Error('AccessDenied', 'This access key is for other buckets.');
}
