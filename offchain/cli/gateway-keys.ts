import { type AccessKey, NOTE_CHARS } from '../gateway/s3/auth/access-key.ts';
import { isBucketName } from '../gateway/s3/request/target.ts';
import { UsageError } from './errors.ts';
import { openKeys } from './gateway-start.ts';
import { table } from './output.ts';
import { openSession } from './session.ts';
import type { CommonOptions } from './config.ts';

export interface AddKeyOptions extends CommonOptions {
  readonly readOnly?: boolean;
  readonly bucket?: readonly string[];
  readonly note?: string;
}

export async function addKey(options: AddKeyOptions): Promise<void> {
  for (const name of options.bucket ?? []) if (!isBucketName(name)) throw new UsageError(`"${name}" can be no bucket: no request would fit this key.`, 'A bucket has 3 to 63 lower-case letters, digits, dots and hyphens.');
  if ((options.note?.length ?? 0) > NOTE_CHARS) throw new UsageError(`A note has at most ${NOTE_CHARS} characters.`, 'Shorten it.');
  const session = await openSession(options);
  const key = await (await openKeys(session)).add({ access: options.readOnly === true ? 'read' : 'full', buckets: options.bucket, note: options.note });
  session.output.result(key, () => [`Access key  ${key.accessKey}`, `Secret key  ${key.secretKey}`, `May         ${mayOf(key)}`]);
}

export async function listKeys(options: CommonOptions & { readonly secrets?: boolean }): Promise<void> {
  const session = await openSession(options);
  const keys = (await openKeys(session)).list();
  const isShown = options.secrets === true;
  session.output.result(keys.map(({ secretKey, ...key }) => (isShown ? { ...key, secretKey } : key)), () =>
    keys.length === 0 ? 'There are no access keys. The first start of holdfast gateway --s3 makes one.' : table(keys.map((key) => [key.accessKey, ...(isShown ? [key.secretKey] : []), mayOf(key), key.note ?? ''])));
}

export async function removeKey(accessKey: string, options: CommonOptions): Promise<void> {
  const session = await openSession(options);
  if (!(await (await openKeys(session)).remove(accessKey))) throw new UsageError(`There is no access key ${accessKey}.`, '`holdfast gateway keys list` shows them.');
  session.output.result({ removed: accessKey }, () => `Access key ${accessKey} is gone; a running gateway refuses it at once.`);
}

function mayOf({ access, buckets }: AccessKey): string {
  return `${access === 'read' ? 'read' : 'read and write'} ${buckets === undefined ? 'everything' : buckets.join(', ')}`;
}
