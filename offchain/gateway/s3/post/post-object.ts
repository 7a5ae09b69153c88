/** Uploads by forms that somebody with an access key has signed: browsers send them without knowing the key. */
import { percentEncode } from '../../../wire/sigv4/percent-encode.ts';
import type { AuthSettings } from '../auth/authenticate.ts';
import { authorize } from '../auth/authorize.ts';
import { ALGORITHMS, DIGEST_BYTES, createDigest, headerOf, parseDigest } from '../body/checksums.ts';
import type { Algorithm } from '../body/checksums.ts';
import type { Gateway, Reply } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { Checksum, ObjectVersion } from '../../objects/object-store.ts';
import { checksumHeaders } from '../ops/checksum-fields.ts';
import { versionHeader } from '../ops/put-object.ts';
import { readObjectHeaders } from '../request/object-headers.ts';
import { OBJECT_TAGS, readTagSet } from '../request/tags.ts';
import { checkKey } from '../request/target.ts';
import { parseXml } from '../xml/parse.ts';
import { document, tag } from '../xml/write.ts';
import { authenticateForm } from './form-signature.ts';
import { readForm } from './multipart.ts';
import type { Form } from './multipart.ts';
import { checkPolicy, parsePolicy } from './policy.ts';

export interface PostRequest {
  readonly bucket: string;
  readonly boundary: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** Where the bucket is, without a slash at the end, as the client asked for it. */
  readonly address: string;
  readonly signal: AbortSignal;
}

/** Nothing of the file is read before its form is found to be signed and allowed. */
export async function postObject({ objects, nowMs }: Gateway, { bucket, boundary, body, address, signal }: PostRequest, auth: AuthSettings): Promise<Reply> {
  const form = await readForm(body, boundary);
  const fields = fieldsOf(form);
  const access = authenticateForm(fields, auth);
  authorize(access, 'POST', bucket);
  const policy = parsePolicy(fields.get('policy') ?? '');
  checkPolicy(policy, { fields, bucket, nowMs: nowMs() });
  const key = keyOf(fields);
  const status = statusOf(fields.get('success_action_status'));
  const redirect = redirectOf(fields);
  const file = checkedFile(form.file, fields, policy.sizes);
  const tagging = fields.get('tagging');
  const version = await objects.putObject({
    bucket, key, signal, ...file,
    headers: readObjectHeaders(headersOf(fields, form.contentType)),
    ...(tagging === undefined ? {} : { tags: readTagSet(parseXml(tagging, 'Tagging'), OBJECT_TAGS) }),
  });
  return answer(version, { location: `${address}/${percentEncode(key, '/')}`, status, redirect });
}

/** By name, each once, `${filename}` filled in: conditions are about what comes of it. Throws InvalidArgument. */
function fieldsOf({ fields, filename }: Form): Map<string, string> {
  const name = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
  const values = new Map<string, string>();
  for (const one of fields) {
    if (values.has(one.name)) throw new S3Error('InvalidArgument', `The form has the field ${one.name} more than once.`, { fields: { ArgumentName: one.name } });
    values.set(one.name, one.name === 'policy' ? one.value : one.value.replaceAll('${filename}', () => name));
  }
  return values;
}

function keyOf(fields: ReadonlyMap<string, string>): string {
  const key = fields.get('key') ?? '';
  if (key === '') throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.", { fields: { ArgumentName: 'key', ArgumentValue: key } });
  checkKey(key);
  return key;
}

/** What is no number of these counts as none, as S3 has it. */
function statusOf(text: string | undefined): 200 | 201 | 204 {
  return text === '200' ? 200 : text === '201' ? 201 : 204;
}

/** What cannot be an address is ignored, as S3 does. */
function redirectOf(fields: ReadonlyMap<string, string>): URL | undefined {
  const text = fields.get('success_action_redirect') ?? fields.get('redirect');
  const url = text === undefined || !URL.canParse(text) ? undefined : new URL(text);
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Fields that mean what the header of that name means to a PUT; header values are bytes, one character each. */
function headersOf(fields: ReadonlyMap<string, string>, contentType: string | undefined): Map<string, readonly string[]> {
  const all = contentType === undefined ? fields : new Map([['content-type', contentType], ...fields]);
  return new Map([...all].map(([name, value]) => [name, [Buffer.from(value, 'utf8').toString('latin1')]]));
}

/** Size and checksums are judged while the file comes; what does not fit leaves nothing. Throws EntityTooSmall, EntityTooLarge, InvalidDigest, BadDigest. */
function checkedFile(file: AsyncIterable<Uint8Array>, fields: ReadonlyMap<string, string>, { min, max }: { readonly min: number; readonly max: number }) {
  const given = fields.get('content-md5');
  const md5 = given === undefined ? undefined : (parseDigest(given, 16) ?? badDigest()).toString('hex');
  const algorithm = ALGORITHMS.find((one) => fields.has(headerOf(one)));
  const promised = algorithm === undefined ? undefined : (fields.get(headerOf(algorithm)) ?? '');
  if (algorithm !== undefined && parseDigest(promised ?? '', DIGEST_BYTES[algorithm as Algorithm]) === undefined) badDigest();
  let checksum: Checksum | undefined;
  async function* body(): AsyncGenerator<Uint8Array> {
    const digest = algorithm === undefined ? undefined : createDigest(algorithm);
    let size = 0;
    for await (const piece of file) {
      size += piece.length;
      if (size > max) throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', { fields: { ProposedSize: String(size), MaxSizeAllowed: String(max) } });
      digest?.update(piece);
      yield piece;
    }
    if (size < min) throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', { fields: { ProposedSize: String(size), MinSizeAllowed: String(min) } });
    if (digest === undefined || algorithm === undefined) return;
    const value = digest.digest().toString('base64');
    if (value !== promised) throw new S3Error('BadDigest', `The ${algorithm} that was given does not fit the bytes that arrived.`);
    checksum = { algorithm, value, type: 'FULL_OBJECT' };
  }
  return { body: body(), md5, checksum: () => checksum };
}

function badDigest(): never {
  throw new S3Error('InvalidDigest');
}

function answer(version: ObjectVersion, { location, status, redirect }: { readonly location: string; readonly status: number; readonly redirect: URL | undefined }): Reply {
  const { bucket, key, etag, versionId, checksum } = version;
  const headers = { etag: `"${etag}"`, location, ...versionHeader(versionId), ...checksumHeaders(checksum) };
  if (redirect !== undefined) {
    for (const [name, value] of Object.entries({ bucket, key, etag: `"${etag}"` })) redirect.searchParams.append(name, value);
    return { status: 303, headers: { ...headers, location: redirect.href } };
  }
  if (status !== 201) return { status, headers };
  return { status, headers, xml: document('PostResponse', [tag('Location', location), tag('Bucket', bucket), tag('Key', key), tag('ETag', `"${etag}"`)], '') };
}
