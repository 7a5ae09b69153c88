/** Packs in the network: what they are called, and what is in them. */
import { readManifest } from '../../codec/decode.ts';
import type { Manifest, ManifestEntry } from '../../codec/manifest.ts';
import type { Client } from '../../client/client.ts';
import { loadCatalog } from '../../client/local-state.ts';
import { BodyLostError } from './errors.ts';

export interface PackName {
  readonly number: number;
  /** It says the whole state: packs before it are needed for their bodies only. */
  readonly isWhole: boolean;
}

export interface OpenedPack {
  readonly manifest: Manifest;
  /** By path. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
}

export const CHANGES_PATH = 'changes';
const BODY_PREFIX = 'body/';
const OPEN_MAX = 32;

export function bodyPath(id: string): string {
  return BODY_PREFIX + id;
}

export function bodyIdOf(path: string): string | undefined {
  return path.startsWith(BODY_PREFIX) ? path.slice(BODY_PREFIX.length) : undefined;
}

export function nameOfPack(folder: string, { number, isWhole }: PackName): string {
  return `${folder}/${String(number).padStart(8, '0')}${isWhole ? '.whole' : ''}`;
}

export function parsePackName(folder: string, name: string): PackName | undefined {
  const found = name.startsWith(`${folder}/`) ? /^(\d{8,9})(\.whole)?$/.exec(name.slice(folder.length + 1)) : null;
  return found === null ? undefined : { number: Number(found[1]), isWhole: found[2] !== undefined };
}

export class Packs {
  readonly #client: Client;
  readonly #folder: string;
  /** Those used last are at the end. */
  readonly #opened = new Map<number, Promise<OpenedPack>>();

  constructor(client: Client, folder: string) {
    this.#client = client;
    this.#folder = folder;
  }

  /** Of the catalog that this machine knows, in order. */
  async list(): Promise<(PackName & { readonly name: string })[]> {
    const { catalog } = await loadCatalog(this.#client);
    const packs = [...catalog.names].flatMap(([name, versions]) => {
      const pack = versions.at(-1)?.kind === 'stored' ? parsePackName(this.#folder, name) : undefined;
      return pack === undefined ? [] : [{ ...pack, name }];
    });
    return packs.sort((a, b) => a.number - b.number);
  }

  open(number: number): Promise<OpenedPack> {
    const known = this.#opened.get(number);
    const opened = known ?? this.#read(number);
    this.#opened.delete(number);
    this.#opened.set(number, opened);
    if (known === undefined) opened.catch(() => this.#opened.delete(number));
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > OPEN_MAX && oldest !== undefined) this.#opened.delete(oldest);
    return opened;
  }

  /** Written anew, or gone. */
  forget(number: number): void {
    this.#opened.delete(number);
  }

  async #read(number: number): Promise<OpenedPack> {
    const { platform, reader, secrets } = this.#client;
    const { catalog } = await loadCatalog(this.#client);
    const newest = [true, false].map((isWhole) => catalog.names.get(nameOfPack(this.#folder, { number, isWhole }))?.at(-1)).find((version) => version?.kind === 'stored');
    if (newest?.kind !== 'stored') throw new BodyLostError(`pack ${number}`);
    const manifest = await readManifest({ platform, keys: await secrets.keys(), source: reader.source() }, newest.manifest);
    return { manifest, entries: new Map(manifest.entries.map((entry) => [entry.path, entry])) };
  }
}
