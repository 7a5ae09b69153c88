/** Content keys that take the place of others: what is stored anew after a revocation is under the next generation's. */
import { concat, u32, utf8 } from './bytes.ts';
import type { RecordKeys } from './keys.ts';

/** A catalog that counts further is refused: each generation costs a look at every record whose mark is not known. */
export const GENERATION_MAX = 1_023;

type Derive = (ikm: Uint8Array, info: Uint8Array) => Promise<Uint8Array>;

interface Generations {
  /** 0: the keys themselves. */
  of(generation: number): Promise<RecordKeys>;
  /** By the first bytes of a private record. Undefined: written under another master key. */
  byMark(mark: Uint8Array): Promise<RecordKeys | undefined>;
}

/** Beside the keys and not inside of them: keys travel to other threads, functions cannot. */
const known = new WeakMap<RecordKeys, Generations>();

/** Called once for the content keys of a master key. `root`: derive(master, "rekey"). */
export function noteGenerations(content: RecordKeys, root: Uint8Array, derive: Derive, recordKeys: (ikm: Uint8Array, keyCheck: Uint8Array) => Promise<RecordKeys>): void {
  const seeds = new Map<number, Promise<{ seed: Uint8Array; keyCheck: Uint8Array }>>();
  const keys = new Map<number, Promise<RecordKeys>>([[0, Promise.resolve(content)]]);
  const seedOf = (generation: number) => remember(seeds, generation, async () => {
    const seed = await derive(root, concat(utf8('generation'), u32(generation)));
    return { seed, keyCheck: (await derive(seed, utf8('check'))).slice(0, 8) };
  });
  const of = (generation: number): Promise<RecordKeys> => {
    if (!Number.isInteger(generation) || generation < 0 || generation > GENERATION_MAX) throw new RangeError(`a generation of keys is a number up to ${GENERATION_MAX}`);
    return remember(keys, generation, async () => {
      const { seed, keyCheck } = await seedOf(generation);
      return recordKeys(seed, keyCheck);
    });
  };
  known.set(content, {
    of,
    async byMark(mark) {
      for (let generation = 1; generation <= GENERATION_MAX; generation++) {
        if (startsWith((await seedOf(generation)).keyCheck, mark)) return of(generation);
      }
      return undefined;
    },
  });
}

/** The keys of one generation, out of the content keys of a master key. */
export async function keysOfGeneration(content: RecordKeys, generation: number): Promise<RecordKeys> {
  if (generation === 0) return content;
  const generations = known.get(content);
  if (generations === undefined) throw new RangeError('these keys have no generations');
  return generations.of(generation);
}

/** `keys` as they are where the mark is theirs, or no generation of theirs has it. */
export async function keysForMark(keys: RecordKeys, mark: Uint8Array): Promise<RecordKeys> {
  if (startsWith(keys.keyCheck, mark)) return keys;
  return (await known.get(keys)?.byMark(mark)) ?? keys;
}

function startsWith(bytes: Uint8Array, mark: Uint8Array): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

function remember<V>(map: Map<number, Promise<V>>, key: number, make: () => Promise<V>): Promise<V> {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
