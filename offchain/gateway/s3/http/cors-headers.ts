import type { CorsRule, ObjectStore } from '../../objects/object-store.ts';
import type { HeaderValues } from '../call.ts';
import { S3Error } from '../errors.ts';

type Header = (name: string) => string | undefined;

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** For any answer to a page of another origin: the headers of the first rule that allows it; none where no rule does. */
export async function corsHeaders(objects: ObjectStore, bucket: string, method: string, header: Header): Promise<HeaderValues> {
  const origin = header('origin');
  if (origin === undefined) return {};
  const rules = await rulesOf(objects, bucket);
  const rule = rules.find((one) => allows(one, { origin, method, headers: [] }));
  return rule === undefined ? {} : { ...originHeaders(rule, origin), 'access-control-expose-headers': listed(rule.exposed) };
}

/** An OPTIONS request, which browsers send unsigned. Throws AccessForbidden. */
export async function preflight(objects: ObjectStore, bucket: string, header: Header): Promise<HeaderValues> {
  const [origin, method] = [header('origin'), header('access-control-request-method')];
  if (origin === undefined || method === undefined) throw new S3Error('InvalidRequest', 'Insufficient information. Origin request header needed.');
  const headers = (header('access-control-request-headers') ?? '').split(',').map((one) => one.trim().toLowerCase()).filter((one) => one !== '');
  const rule = (await rulesOf(objects, bucket)).find((one) => allows(one, { origin, method, headers }));
  if (rule === undefined) throw new S3Error('AccessForbidden');
  return { ...originHeaders(rule, origin), 'access-control-allow-methods': rule.methods.join(', '), 'access-control-allow-headers': listed(headers), 'access-control-expose-headers': listed(rule.exposed), 'access-control-max-age': rule.maxAgeSeconds };
}

/** A bucket that does not exist tells strangers no more than one without rules. */
async function rulesOf(objects: ObjectStore, bucket: string): Promise<readonly CorsRule[]> {
  return objects.getBucket(bucket).then(({ cors }) => cors, () => []);
}

function allows({ origins, methods, headers }: CorsRule, asked: { readonly origin: string; readonly method: string; readonly headers: readonly string[] }): boolean {
  return methods.includes(asked.method) && origins.some((one) => fits(one, asked.origin)) && asked.headers.every((name) => headers.some((one) => fits(one.toLowerCase(), name)));
}

/** At most one `*` stands for any text. */
function fits(pattern: string, text: string): boolean {
  const at = pattern.indexOf('*');
  if (at < 0) return pattern === text;
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

function originHeaders({ origins }: CorsRule, origin: string): HeaderValues {
  return origins.includes('*') ? { 'access-control-allow-origin': '*', vary: VARY } : { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: VARY };
}

function listed(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(', ');
}
