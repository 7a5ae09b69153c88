import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { checkBucketName } from '../request/target.ts';
import { isoDate } from '../request/times.ts';
import { parseXml } from '../xml/parse.ts';
import { document, tag } from '../xml/write.ts';
import { ownerOf } from './owner.ts';

/** The region that S3 leaves unnamed. */
const FIRST_REGION = 'us-east-1';

export const listBuckets: Operation = async (gateway, { identity }) => {
  const buckets = await gateway.objects.listBuckets();
  const seen = buckets.filter(({ name }) => identity.key.buckets?.includes(name) !== false);
  return { xml: document('ListAllMyBucketsResult', [ownerOf(gateway), tag('Buckets', seen.map(({ name, createdMs }) => tag('Bucket', [tag('Name', name), tag('CreationDate', isoDate(createdMs))])))]) };
};

export const createBucket: Operation = async ({ objects, region }, call) => {
  const name = bucketOf(call);
  checkBucketName(name);
  if (call.header('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') throw new S3Error('NotImplemented', 'This gateway has no object lock.');
  const text = await call.text();
  const location = text.trim() === '' ? undefined : parseXml(text, 'CreateBucketConfiguration').one('LocationConstraint')?.text;
  if (location !== undefined && location !== '' && location !== region) throw new S3Error('InvalidLocationConstraint', undefined, { fields: { LocationConstraint: location } });
  await objects.createBucket(name);
  return { headers: { location: `/${name}` } };
};

export const headBucket: Operation = async ({ objects, region }, call) => {
  await objects.getBucket(bucketOf(call));
  return { headers: { 'x-amz-bucket-region': region, 'content-type': 'application/xml' } };
};

export const deleteBucket: Operation = async ({ objects }, call) => {
  await objects.deleteBucket(bucketOf(call));
  return { status: 204 };
};

export const getLocation: Operation = async ({ objects, region }, call) => {
  await objects.getBucket(bucketOf(call));
  return { xml: document('LocationConstraint', region === FIRST_REGION ? [] : [{ xml: region }]) };
};
