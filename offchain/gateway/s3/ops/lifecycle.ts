import { randomUUID } from 'node:crypto';
import type { LifecycleFilter, LifecycleRule } from '../../objects/object-store.ts';
import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { parseXml } from '../xml/parse.ts';
import type { Node } from '../xml/parse.ts';
import { document, tag } from '../xml/write.ts';
import type { Xml } from '../xml/write.ts';

const MAX_RULES = 1_000;
const DAY_MS = 24 * 3600 * 1000;

const CONDITIONS = ['Prefix', 'Tag', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan'];
const IN_RULE = ['ID', 'Prefix', 'Filter', 'Status', 'Expiration', 'NoncurrentVersionExpiration', 'AbortIncompleteMultipartUpload'];

export const getLifecycle: Operation = async ({ objects }, call) => {
  const { lifecycle } = await objects.getBucket(bucketOf(call));
  if (lifecycle.length === 0) throw new S3Error('NoSuchLifecycleConfiguration');
  return { xml: document('LifecycleConfiguration', lifecycle.map(writeRule)) };
};

export const putLifecycle: Operation = async ({ objects }, call) => {
  const rules = parseXml(await call.text(), 'LifecycleConfiguration').all('Rule');
  if (rules.length === 0 || rules.length > MAX_RULES) throw new S3Error('MalformedXML', `There must be 1 to ${MAX_RULES} rules.`);
  const lifecycle = rules.map(readRule);
  if (new Set(lifecycle.map(({ id }) => id)).size !== lifecycle.length) throw new S3Error('InvalidArgument', 'Rule IDs must be unique.');
  await objects.patchBucket(bucketOf(call), { lifecycle });
  return {};
};

export const deleteLifecycle: Operation = async ({ objects }, call) => {
  await objects.patchBucket(bucketOf(call), { lifecycle: [] });
  return { status: 204 };
};

function readRule(rule: Node): LifecycleRule {
  if (rule.has('Transition') || rule.has('NoncurrentVersionTransition')) throw new S3Error('NotImplemented', 'This gateway has one kind of storage: rules cannot move objects to another one.');
  refuseOthers(rule, IN_RULE);
  const id = rule.one('ID')?.text ?? randomUUID();
  if (id.length > 255) throw new S3Error('InvalidArgument', 'A rule ID has at most 255 characters.');
  const status = rule.need('Status').text;
  if (status !== 'Enabled' && status !== 'Disabled') throw new S3Error('MalformedXML', 'Status must be Enabled or Disabled.');
  const [expiration, noncurrent, abort] = [rule.one('Expiration'), rule.one('NoncurrentVersionExpiration'), rule.one('AbortIncompleteMultipartUpload')];
  if (expiration === undefined && noncurrent === undefined && abort === undefined) throw new S3Error('InvalidRequest', 'A rule must do something.');
  const newer = noncurrent?.one('NewerNoncurrentVersions');
  for (const [node, known] of [[expiration, ['Days', 'Date', 'ExpiredObjectDeleteMarker']], [noncurrent, ['NoncurrentDays', 'NewerNoncurrentVersions']], [abort, ['DaysAfterInitiation']]] as const) if (node !== undefined) refuseOthers(node, known);
  const filter = readFilter(rule);
  // Uploads have no size yet, and nobody looks at their tags.
  if (abort !== undefined && Object.keys(filter).some((name) => name !== 'prefix')) throw new S3Error('InvalidRequest', 'AbortIncompleteMultipartUpload can only be filtered by a prefix.');
  return {
    id,
    enabled: status === 'Enabled',
    filter,
    ...(expiration === undefined ? {} : { expiration: readExpiration(expiration) }),
    ...(noncurrent === undefined ? {} : { noncurrent: { days: days(noncurrent.need('NoncurrentDays')), ...(newer === undefined ? {} : { newerVersions: count(newer, 'NewerNoncurrentVersions', 1, 100) }) } }),
    ...(abort === undefined ? {} : { abortUploadsAfterDays: days(abort.need('DaysAfterInitiation')) }),
  };
}

/** `<Prefix>` in the rule itself is the old shape; several conditions lie in `<And>`. */
function readFilter(rule: Node): LifecycleFilter {
  const [filter, old] = [rule.one('Filter'), rule.one('Prefix')];
  if ((filter === undefined) === (old === undefined)) throw new S3Error('MalformedXML', 'A rule has either a Filter or, as of old, a Prefix.');
  const and = filter?.one('And');
  if (filter !== undefined) refuseOthers(filter, and === undefined ? CONDITIONS : ['And']);
  if (and !== undefined) refuseOthers(and, CONDITIONS);
  const inside = and ?? filter;
  const prefix = (inside?.one('Prefix') ?? old)?.exact;
  const pairs = (inside?.all('Tag') ?? []).map((one) => [one.need('Key').exact, one.need('Value').exact] as const);
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length !== pairs.length) throw new S3Error('InvalidRequest', 'Duplicate Tag Keys are not allowed.');
  const [larger, smaller] = [inside?.one('ObjectSizeGreaterThan'), inside?.one('ObjectSizeLessThan')];
  return {
    ...(prefix === undefined || prefix === '' ? {} : { prefix }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    ...(larger === undefined ? {} : { largerThanBytes: count(larger, 'ObjectSizeGreaterThan', 0, Number.MAX_SAFE_INTEGER) }),
    ...(smaller === undefined ? {} : { smallerThanBytes: count(smaller, 'ObjectSizeLessThan', 1, Number.MAX_SAFE_INTEGER) }),
  };
}

/** A condition that is passed over would make a rule delete more than was meant. */
function refuseOthers(node: Node, known: readonly string[]): void {
  const other = node.names().find((name) => !known.includes(name));
  if (other !== undefined) throw new S3Error('MalformedXML', `<${other}> cannot stand here.`);
}

function readExpiration(expiration: Node): NonNullable<LifecycleRule['expiration']> {
  const [inDays, date, marker] = [expiration.one('Days'), expiration.one('Date'), expiration.one('ExpiredObjectDeleteMarker')];
  if ([inDays, date, marker].filter((one) => one !== undefined).length !== 1) throw new S3Error('MalformedXML', 'Expiration has one of Days, Date and ExpiredObjectDeleteMarker.');
  if (inDays !== undefined) return { days: days(inDays) };
  if (marker !== undefined) return { expiredDeleteMarker: marker.text === 'true' };
  const ms = Date.parse(date?.text ?? '');
  if (Number.isNaN(ms) || ms % DAY_MS !== 0) throw new S3Error('InvalidArgument', "'Date' must be at midnight GMT");
  return { date: ms };
}

function days(node: Node): number {
  return count(node, 'The number of days', 1, 100_000);
}

function count(node: Node, what: string, least: number, most: number): number {
  const value = /^\d{1,16}$/.test(node.text) ? Number(node.text) : NaN;
  if (!(value >= least && value <= most)) throw new S3Error('InvalidArgument', `${what} must be a whole number from ${least}.`);
  return value;
}

function writeRule({ id, enabled, filter, expiration, noncurrent, abortUploadsAfterDays }: LifecycleRule): Xml | undefined {
  return tag('Rule', [
    tag('ID', id),
    tag('Filter', writeFilter(filter)),
    tag('Status', enabled ? 'Enabled' : 'Disabled'),
    expiration && tag('Expiration', [tag('Days', expiration.days), tag('Date', expiration.date === undefined ? undefined : new Date(expiration.date).toISOString()), tag('ExpiredObjectDeleteMarker', expiration.expiredDeleteMarker)]),
    noncurrent && tag('NoncurrentVersionExpiration', [tag('NoncurrentDays', noncurrent.days), tag('NewerNoncurrentVersions', noncurrent.newerVersions)]),
    abortUploadsAfterDays === undefined ? undefined : tag('AbortIncompleteMultipartUpload', [tag('DaysAfterInitiation', abortUploadsAfterDays)]),
  ]);
}

function writeFilter({ prefix, tags = {}, largerThanBytes, smallerThanBytes }: LifecycleFilter): (Xml | undefined)[] {
  const conditions = [tag('Prefix', prefix), tag('ObjectSizeGreaterThan', largerThanBytes), tag('ObjectSizeLessThan', smallerThanBytes), ...Object.entries(tags).map(([key, value]) => tag('Tag', [tag('Key', key), tag('Value', value)]))].filter((one) => one !== undefined);
  if (conditions.length === 0) return [tag('Prefix', '')];
  return conditions.length === 1 ? conditions : [tag('And', conditions)];
}
