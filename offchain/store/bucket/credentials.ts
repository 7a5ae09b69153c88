import { readFile, stat } from 'node:fs/promises';
import type { BucketSettings } from './settings.ts';
import { NoCredentialsError } from './errors.ts';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of keys that were lent for a while. */
  readonly sessionToken?: string;
}

const LOOK_MS = 5_000;

/** Where a request's keys come from. They stay in this object: nothing prints it. */
export class CredentialSource {
  readonly #settings: Pick<BucketSettings, 'credentialsFile' | 'profile'>;
  readonly #env: NodeJS.ProcessEnv;
  #known: Credentials | undefined;
  #stamp = '';
  #lookedMs = -Infinity;

  constructor(settings: Pick<BucketSettings, 'credentialsFile' | 'profile'>, env: NodeJS.ProcessEnv = process.env) {
    this.#settings = settings;
    this.#env = env;
  }

  /** Keys of a file are read again when it changed, as keys that are lent do every hour. @throws NoCredentialsError */
  async get(): Promise<Credentials> {
    const { credentialsFile: path } = this.#settings;
    if (path === undefined) return ofEnvironment(this.#env);
    if (this.#known !== undefined && performance.now() - this.#lookedMs < LOOK_MS) return this.#known;
    try {
      const { ino, mtimeMs, size } = await stat(path);
      const stamp = `${ino} ${mtimeMs} ${size}`;
      if (stamp !== this.#stamp || this.#known === undefined) this.#known = ofSection(await readFile(path, 'utf8'), this.#settings.profile);
      this.#stamp = stamp;
    } catch (error) {
      // A file that is just being replaced leaves the keys as they were.
      if (this.#known === undefined) throw error instanceof NoCredentialsError ? error : new NoCredentialsError(`The keys in ${path} cannot be read.`, error);
    }
    this.#lookedMs = performance.now();
    return this.#known;
  }

  /** The server refused the keys: look at the file before the next request. */
  forget(): void {
    this.#lookedMs = -Infinity;
  }
}

function ofEnvironment(env: NodeJS.ProcessEnv): Credentials {
  return credentials({ id: env['AWS_ACCESS_KEY_ID'], secret: env['AWS_SECRET_ACCESS_KEY'], token: env['AWS_SESSION_TOKEN'] }, 'The environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
}

/** `[profile]`, then lines of `name = value`; `#` and `;` begin comments. */
function ofSection(text: string, profile: string): Credentials {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[\s*(?:profile\s+)?(.*?)\s*\]\s*$/.exec(line);
    const pair = /^\s*([A-Za-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (head !== null) section = head[1] ?? '';
    else if (pair !== null && section === profile) values.set((pair[1] ?? '').toLowerCase(), pair[2] ?? '');
  }
  return credentials({ id: values.get('aws_access_key_id'), secret: values.get('aws_secret_access_key'), token: values.get('aws_session_token') }, `The credentials file has no keys in its section [${profile}].`);
}

function credentials({ id = '', secret = '', token = '' }: { readonly id?: string | undefined; readonly secret?: string | undefined; readonly token?: string | undefined }, otherwise: string): Credentials {
  if (id === '' || secret === '') throw new NoCredentialsError(otherwise);
  return { accessKey: id, secretKey: secret, ...(token === '' ? {} : { sessionToken: token }) };
}
