import { Heap } from './heap.ts';
import type { MappingExports } from './heap.ts';

export interface Instance {
  readonly heap: Heap;
  /** A handler by its name; undefined where the code has none. */
  handler(name: string): ((event: number) => void) | undefined;
}

/** Makes what the code imports, once its memory is there. */
export type ImportsOf = (heap: () => Heap) => WebAssembly.Imports;

/** A mapping with a memory of its own, ready to be called. */
export function instantiate(module: WebAssembly.Module, importsOf: ImportsOf): Instance {
  let heap: Heap | undefined;
  const wanted = importsOf(() => heap as Heap);
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const given = wanted[from]?.[name];
    // What is never called may be missing: code of graph-ts that the mapping does not use is imported all the same.
    const missing = (): never => {
      throw new Error(`This indexer does not have ${from === 'index' || from === 'env' ? '' : `${from}.`}${name}.`);
    };
    if (kind !== 'function' && given === undefined) throw new Error(`The mapping imports the ${kind} ${from}.${name}, which this indexer does not have.`);
    (imports[from] ??= {})[name] = given ?? missing;
  }
  const instance = new WebAssembly.Instance(module, imports);
  const exports = instance.exports as unknown as MappingExports & Record<string, unknown>;
  heap = new Heap(exports);
  exports._start?.();
  return {
    heap,
    handler: (name) => (typeof exports[name] === 'function' ? (exports[name] as (event: number) => void) : undefined),
  };
}
