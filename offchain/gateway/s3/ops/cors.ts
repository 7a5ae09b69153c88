import type { CorsRule } from '../../objects/object-store.ts';
import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { TOKEN } from '../request/object-headers.ts';
import { parseXml } from '../xml/parse.ts';
import type { Node } from '../xml/parse.ts';
import { document, tag } from '../xml/write.ts';

const MAX_RULES = 100;
const METHODS = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);

export const getCors: Operation = async ({ objects }, call) => {
  const { cors } = await objects.getBucket(bucketOf(call));
  if (cors.length === 0) throw new S3Error('NoSuchCORSConfiguration');
  return { xml: document('CORSConfiguration', cors.map((rule) => tag('CORSRule', [
    tag('ID', rule.id),
    ...rule.origins.map((one) => tag('AllowedOrigin', one)),
    ...rule.methods.map((one) => tag('AllowedMethod', one)),
    ...rule.headers.map((one) => tag('AllowedHeader', one)),
    ...rule.exposed.map((one) => tag('ExposeHeader', one)),
    tag('MaxAgeSeconds', rule.maxAgeSeconds),
  ]))) };
};

export const putCors: Operation = async ({ objects }, call) => {
  const rules = parseXml(await call.text(), 'CORSConfiguration').all('CORSRule');
  if (rules.length === 0 || rules.length > MAX_RULES) throw new S3Error('MalformedXML', `There must be 1 to ${MAX_RULES} rules.`);
  await objects.patchBucket(bucketOf(call), { cors: rules.map(readRule) });
  return {};
};

export const deleteCors: Operation = async ({ objects }, call) => {
  await objects.patchBucket(bucketOf(call), { cors: [] });
  return { status: 204 };
};

function readRule(rule: Node): CorsRule {
  const texts = (name: string) => rule.all(name).map(({ text }) => text);
  const [origins, methods, headers] = [texts('AllowedOrigin'), texts('AllowedMethod'), texts('AllowedHeader')];
  if (origins.length === 0 || methods.length === 0) throw new S3Error('MalformedXML', 'A rule needs an AllowedOrigin and an AllowedMethod.');
  const wrong = methods.find((method) => !METHODS.has(method));
  if (wrong !== undefined) throw new S3Error('InvalidRequest', `Found unsupported HTTP method in CORS config. Unsupported method is ${wrong}`);
  if ([...origins, ...headers].some((one) => one.split('*').length > 2)) throw new S3Error('InvalidRequest', 'An AllowedOrigin or AllowedHeader can have one wildcard.');
  const exposed = texts('ExposeHeader');
  if (!exposed.every((name) => TOKEN.test(name))) throw new S3Error('InvalidRequest', 'An ExposeHeader must be the name of a header.');
  const [id, age] = [rule.one('ID')?.text, rule.one('MaxAgeSeconds')?.text];
  if (age !== undefined && !/^\d{1,9}$/.test(age)) throw new S3Error('MalformedXML', 'MaxAgeSeconds must be a whole number.');
  return { ...(id === undefined ? {} : { id }), origins, methods, headers, exposed, ...(age === undefined ? {} : { maxAgeSeconds: Number(age) }) };
}
