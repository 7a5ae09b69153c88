import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { HoldfastError } from '../../../wire/errors.ts';
import { AccessKey } from './access-key.ts';

const MAX_KEYS = 1_000;
const Keys = z.strictObject({ v: z.literal(1), keys: z.array(AccessKey).max(MAX_KEYS) });
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CHECK_MS = 500;

/** The secrets are in this file in the clear, as SigV4 needs them: nobody but its owner may read it. */
const FILE_MODE = 0o600;

/** The access keys of a gateway: one file, which `holdfast gateway keys` changes while the gateway runs. */
export class KeyFile {
  readonly path: string;
  #keys = new Map<string, AccessKey>();
  #stamp = '';
  #checkedMs = 0;

  private constructor(path: string) {
    this.path = path;
  }

  static async open(home: string): Promise<KeyFile> {
    const file = new KeyFile(join(home, 's3-keys.json'));
    await file.#read();
    return file;
  }

  list(): AccessKey[] {
    return [...this.#keys.values()];
  }

  /** For requests: notices within half a second what another process changed. */
  find(accessKey: string): AccessKey | undefined {
    return this.#keys.get(accessKey);
  }

  /** Reads the file again when it changed. A file that cannot be read leaves the keys as they were. */
  async refresh(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#checkedMs < CHECK_MS) return;
    this.#checkedMs = nowMs;
    if (stampOf(this.path) !== this.#stamp) await this.#read().catch(() => undefined);
  }

  async add(options: { readonly access?: 'full' | 'read' | undefined; readonly buckets?: readonly string[] | undefined; readonly note?: string | undefined }): Promise<AccessKey> {
    await this.#read();
    if (this.#keys.size >= MAX_KEYS) throw new HoldfastError('TOO_MANY_KEYS', `There are ${MAX_KEYS} access keys, which is the most.`, { nextStep: 'Remove one that nobody needs: holdfast gateway keys remove KEY.' });
    const { access = 'full', buckets, note } = options;
    const key = AccessKey.parse({ accessKey: `HF${randomText(18)}`, secretKey: randomBytes(30).toString('base64url'), access, createdSeconds: Math.floor(Date.now() / 1000), ...(buckets === undefined ? {} : { buckets }), ...(note === undefined ? {} : { note }) });
    this.#keys.set(key.accessKey, key);
    await this.#write();
    return key;
  }

  /** False when there was no such key. */
  async remove(accessKey: string): Promise<boolean> {
    await this.#read();
    const was = this.#keys.delete(accessKey);
    if (was) await this.#write();
    return was;
  }

  async #read(): Promise<void> {
    const stamp = stampOf(this.path);
    if (stamp === '') return;
    try {
      const { keys } = Keys.parse(JSON.parse(await readFile(this.path, 'utf8')));
      this.#keys = new Map(keys.map((key) => [key.accessKey, key]));
      this.#stamp = stamp;
    } catch (cause) {
      throw new HoldfastError('BAD_KEY_FILE', `The access keys in ${this.path} cannot be read.`, { cause, nextStep: 'Mend the file, or move it away and make new keys.' });
    }
  }

  /** Whole or not at all: written beside, synced, renamed. */
  async #write(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.${process.pid}.new`;
    const file = await open(temporary, 'w', FILE_MODE);
    try {
      await file.chmod(FILE_MODE);
      await file.writeFile(`${JSON.stringify({ v: 1, keys: this.list() }, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
    this.#stamp = stampOf(this.path);
  }
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

function randomText(length: number): string {
  return [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
