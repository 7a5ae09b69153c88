import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { EMPTY_SHA256 } from '../../wire/sigv4/signing.ts';
import { CredentialSource } from './credentials.ts';
import { parseList } from './documents.ts';
import { BucketError } from './errors.ts';
import { exchange } from './exchange.ts';
import type { ObjectBody, Reply } from './exchange.ts';
import { failureOf, failureOfConnection } from './failure.ts';
import type { Failure } from './failure.ts';
import { ERROR_MAX_BYTES, PAGE_MAX_BYTES, READ_MAX_BYTES } from './settings.ts';
import type { BucketSettings } from './settings.ts';
import { signRequest } from './sign-request.ts';
import { Turns } from './turns.ts';

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 3_000;
const PAGE_KEYS = 1_000;

export interface BucketTrouble {
  readonly sinceMs: number;
  readonly reason: string;
}

interface Ask {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** Of the object, with the prefix; empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ObjectBody;
  readonly maxBytes?: number;
  /** Other statuses than 2xx that are answers here. */
  readonly fine?: readonly number[];
}

export interface BucketOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly nowMs?: () => number;
  readonly random?: () => number;
}

/**
 * The few requests that a store makes of a bucket, signed, a bounded number at a time. What fails for a reason that passes is tried again, with growing
 * pauses, until `giveUpMs` are over. Keys are without the prefix.
 */
export class Bucket {
  readonly settings: BucketSettings;
  readonly #credentials: CredentialSource;
  readonly #turns: Turns;
  readonly #agent: http.Agent;
  readonly #closed = new AbortController();
  readonly #nowMs: () => number;
  readonly #random: () => number;
  /** Added to our clock, where the server calls it wrong. */
  #skewMs = 0;
  #trouble: BucketTrouble | undefined;

  constructor(settings: BucketSettings, options: BucketOptions = {}) {
    const { env, nowMs = Date.now, random = Math.random } = options;
    this.settings = settings;
    this.#credentials = new CredentialSource(settings, env);
    this.#turns = new Turns(settings.concurrency);
    const agent = { keepAlive: true, maxSockets: settings.concurrency, maxFreeSockets: settings.concurrency };
    this.#agent = settings.endpoint.startsWith('https:') ? new https.Agent(agent) : new http.Agent(agent);
    this.#nowMs = nowMs;
    this.#random = random;
  }

  /** Since when requests fail for want of the server, and why; undefined when the last one was answered. */
  get trouble(): BucketTrouble | undefined {
    return this.#trouble;
  }

  /** For people. */
  get address(): string {
    const { endpoint, bucket, prefix } = this.settings;
    return `${endpoint.replace(/\/$/, '')}/${bucket}/${prefix}`;
  }

  /**
   * The whole object or nothing, with one request: the server compares what arrives with its SHA-256. Returns once the server says that the object is there, with this size.
   * @throws ObjectExistsError with `ifAbsent`; BucketFullError, BucketError
   */
  async put(key: string, body: ObjectBody, options: { readonly ifAbsent?: boolean; readonly metadata?: Readonly<Record<string, string>> } = {}): Promise<void> {
    const checksum = Buffer.from(body.sha256, 'hex').toString('base64');
    const metadata = Object.fromEntries(Object.entries(options.metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value]));
    const condition = options.ifAbsent === true ? { 'if-none-match': '*' } : {};
    const { headers } = await this.#ask({ method: 'PUT', key, body, headers: { 'content-type': 'application/octet-stream', 'x-amz-checksum-sha256': checksum, ...metadata, ...condition } });
    const there = await this.head(key);
    const isSame = there.sizeBytes === body.sizeBytes && (there.sha256 === undefined || there.sha256 === checksum) && (headers.etag === undefined || there.etag === headers.etag);
    if (!isSame) throw new BucketError(`it took "${key}" and has something else under that name.`, { reason: 'NOT_KEPT' });
  }

  /** @throws ObjectMissingError, BucketError */
  async head(key: string): Promise<{ readonly sizeBytes: number; readonly etag: string | undefined; readonly sha256: string | undefined }> {
    const { headers } = await this.#ask({ method: 'HEAD', key, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    const sha256 = headers['x-amz-checksum-sha256'];
    return { sizeBytes: Number(headers['content-length']), etag: headers.etag, sha256: typeof sha256 === 'string' ? sha256 : undefined };
  }

  /** Bytes [start, end), fewer where the object ends before, and the size of the whole. @throws ObjectMissingError, BucketError */
  async read(key: string, { start, end }: { readonly start: number; readonly end: number }): Promise<{ readonly bytes: Uint8Array; readonly sizeBytes: number }> {
    const last = Math.min(end, start + READ_MAX_BYTES) - 1;
    const { status, headers, bytes } = await this.#ask({ method: 'GET', key, headers: { range: `bytes=${start}-${last}` }, maxBytes: last - start + 1, fine: [416] });
    const [, from, to, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
    if (status === 416) return { bytes: new Uint8Array(), sizeBytes: Number(total ?? start) };
    // A server without ranges answers with the whole, which may be all that was asked for.
    if (status === 200 && start === 0) return { bytes, sizeBytes: bytes.length };
    if (status !== 206 || Number(from) !== start || Number(to) !== start + bytes.length - 1) throw new BucketError(`it was asked for bytes ${start} to ${last} of "${key}" and sent others.`, { reason: 'BAD_RANGE', status });
    return { bytes, sizeBytes: Number(total) };
  }

  /** One that is gone already is removed. */
  async remove(key: string): Promise<void> {
    await this.#ask({ method: 'DELETE', key, fine: [404] });
  }

  /** Keys that begin with `start`, without the prefix, a page of a thousand at a time. With `isFolders`: only what follows up to the next slash. */
  async *list(start: string, { isFolders = false } = {}): AsyncGenerator<string> {
    const { prefix } = this.settings;
    let next: string | undefined;
    do {
      const query = { 'list-type': '2', 'max-keys': String(PAGE_KEYS), prefix: `${prefix}${start}`, ...(isFolders ? { delimiter: '/' } : {}), ...(next === undefined ? {} : { 'continuation-token': next }) };
      const page = parseList((await this.#ask({ method: 'GET', key: '', query, maxBytes: PAGE_MAX_BYTES })).bytes);
      if (page === undefined) throw new BucketError('its list cannot be read.', { reason: 'BAD_LIST' });
      if (page.next !== undefined && page.next === next) throw new BucketError('its list does not go on.', { reason: 'BAD_LIST' });
      for (const key of isFolders ? page.prefixes : page.keys) if (key.startsWith(prefix)) yield key.slice(prefix.length);
      next = page.next;
    } while (next !== undefined);
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  async #ask(ask: Ask): Promise<Reply> {
    return this.#turns.take(async () => {
      const { giveUpMs } = this.settings;
      const begunMs = performance.now();
      let keysAgain = true;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
        const outcome = await this.#try(ask);
        if ('reply' in outcome) {
          this.#trouble = undefined;
          return outcome.reply;
        }
        const { error, isPassing, serverMs, isAboutKeys = false, waitMs = 0 } = outcome.failure;
        if (serverMs !== undefined) this.#skewMs = serverMs - this.#nowMs();
        const isAgain = isPassing || (isAboutKeys && keysAgain);
        if (isAboutKeys) {
          this.#credentials.forget();
          keysAgain = false;
        }
        const wantMs = serverMs !== undefined ? 0 : Math.max(waitMs, pauseMs * (0.5 + this.#random() / 2));
        if (!isAgain || this.#closed.signal.aborted || performance.now() - begunMs + wantMs > giveUpMs) {
          // An object that is not there, or is, is an answer.
          this.#trouble = error instanceof BucketError ? (this.#trouble ?? { sinceMs: this.#nowMs(), reason: error.shortMessage }) : undefined;
          throw error;
        }
        await sleep(wantMs, undefined, { signal: this.#closed.signal }).catch(() => undefined);
      }
    });
  }

  async #try({ method, key, query = {}, headers = {}, body, maxBytes = 0, fine = [] }: Ask): Promise<{ readonly reply: Reply } | { readonly failure: Failure }> {
    const { endpoint, bucket, prefix, pathStyle, region, silenceMs } = this.settings;
    const origin = new URL(endpoint);
    if (!pathStyle) origin.hostname = `${bucket}.${origin.hostname}`;
    const name = key === '' ? '' : `${prefix}${key}`;
    const path = pathStyle ? `/${bucket}${name === '' ? '' : `/${name}`}` : `/${name}`;
    const credentials = await this.#credentials.get();
    const signed = signRequest({ method, host: origin.host, path, query, headers, sha256: body?.sha256 ?? EMPTY_SHA256 }, { credentials, region, nowMs: this.#nowMs() + this.#skewMs });
    try {
      const reply = await exchange({ origin, method, ...signed, body, agent: this.#agent, silenceMs, maxBytes: Math.max(maxBytes, ERROR_MAX_BYTES), signal: this.#closed.signal });
      const isFine = (reply.status >= 200 && reply.status < 300) || fine.includes(reply.status);
      return isFine && !isOtherThanMeant(reply, fine) ? { reply } : { failure: failureOf(reply, { method, key }) };
    } catch (error) {
      return { failure: failureOfConnection(error, method) };
    }
  }
}

/** A 404 is fine for a removal, but not where it is the bucket that is not there. */
function isOtherThanMeant({ status, bytes }: Reply, fine: readonly number[]): boolean {
  return status === 404 && fine.includes(404) && !Buffer.from(bytes).includes('NoSuchKey');
}

/** Bytes in memory as an object's body. */
export function bodyOf(bytes: Uint8Array): ObjectBody {
  return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), pour: (write) => write(bytes) };
}
