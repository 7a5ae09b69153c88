import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { BUCKET_TAGS, readTagSet, writeTagSet } from '../request/tags.ts';
import { parseXml } from '../xml/parse.ts';
import { document, tag } from '../xml/write.ts';

const STATUS = { off: undefined, enabled: 'Enabled', suspended: 'Suspended' } as const;

export const getVersioning: Operation = async ({ objects }, call) => {
  const { versioning } = await objects.getBucket(bucketOf(call));
  return { xml: document('VersioningConfiguration', [tag('Status', STATUS[versioning])]) };
};

export const putVersioning: Operation = async ({ objects }, call) => {
  const configuration = parseXml(await call.text(), 'VersioningConfiguration');
  if (configuration.one('MfaDelete')?.text === 'Enabled') throw new S3Error('NotImplemented', 'This gateway has no MFA delete.');
  const status = configuration.need('Status').text;
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML', 'Status must be Enabled or Suspended.');
  await objects.patchBucket(bucketOf(call), { versioning: status === 'Enabled' ? 'enabled' : 'suspended' });
  return {};
};

export const getBucketTags: Operation = async ({ objects }, call) => {
  const { tags } = await objects.getBucket(bucketOf(call));
  if (Object.keys(tags).length === 0) throw new S3Error('NoSuchTagSet');
  return { xml: document('Tagging', [writeTagSet(tags)]) };
};

export const putBucketTags: Operation = async ({ objects }, call) => {
  await objects.patchBucket(bucketOf(call), { tags: readTagSet(parseXml(await call.text(), 'Tagging'), BUCKET_TAGS) });
  return { status: 204 };
};

export const deleteBucketTags: Operation = async ({ objects }, call) => {
  await objects.patchBucket(bucketOf(call), { tags: {} });
  return { status: 204 };
};
