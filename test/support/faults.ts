import type { Store } from '../../offchain/store/open.ts';

/** EIO: one call fails. ENOSPC: from one call on, every call that takes space fails. cut: from one call on, the process is dead. */
export type FaultKind = 'EIO' | 'ENOSPC' | 'cut';

export class KilledError extends Error {
  constructor() {
    super('the process was killed');
  }
}

/** Counts the calls of a file layer and a database, and lets the n-th one fail. */
export class FaultPlan {
  #calls = 0;
  #at = Infinity;
  #kind: FaultKind = 'EIO';
  readonly names: string[] = [];

  arm(at: number, kind: FaultKind): void {
    this.#calls = 0;
    this.#at = at;
    this.#kind = kind;
    this.names.length = 0;
  }

  disarm(): void {
    this.#at = Infinity;
  }

  get hasFired(): boolean {
    return this.#calls >= this.#at;
  }

  /** What the call `name` meets; `isGrowing`: it takes space. */
  next(name: string, isGrowing = false): FaultKind | undefined {
    this.#calls += 1;
    this.names.push(name);
    if (this.#calls < this.#at) return undefined;
    if (this.#kind === 'EIO') return this.#calls === this.#at ? 'EIO' : undefined;
    if (this.#kind === 'ENOSPC') return isGrowing ? 'ENOSPC' : undefined;
    return 'cut';
  }
}

export function errorOf(kind: FaultKind, name: string): Error {
  if (kind === 'cut') return new KilledError();
  return Object.assign(new Error(`${kind}: ${name}`), { code: kind });
}

/** The same database, whose statements are calls of `plan` too. A statement that fails or is cut has done nothing. */
export function faultyStore(store: Store, plan: FaultPlan): Store {
  const isWrite = (operation: string) => /create|upsert|update|execute/i.test(operation);
  return store.$extends({
    query: {
      async $allOperations({ operation, args, query }) {
        const fault = plan.next(`db ${operation}`, isWrite(operation));
        if (fault === 'cut') throw new KilledError();
        if (fault !== undefined) throw new Error(fault === 'ENOSPC' ? 'SQLITE_FULL: database or disk is full' : 'SQLITE_IOERR: disk I/O error');
        return query(args);
      },
    },
  }) as unknown as Store;
}
