import { createHash } from 'node:crypto';

const KEPT = 40;

/** Everything that happened, as one digest: two runs with one seed must agree in it. The last lines are kept for people. */
export class EventLog {
  readonly counts = new Map<string, number>();
  readonly #hash = createHash('sha256');
  readonly #last: string[] = [];
  readonly #write: ((line: string) => void) | undefined;
  #pending: string[] = [];

  constructor(write?: (line: string) => void) {
    this.#write = write;
  }

  /** @param seconds of virtual time */
  note(seconds: number, kind: string, details = ''): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const line = `${Math.round(seconds)} ${kind} ${details}\n`;
    this.#pending.push(line);
    this.#write?.(line);
    if (this.#pending.length >= 1_000) this.#flush();
    this.#last.push(line);
    if (this.#last.length > 2 * KEPT) this.#last.splice(0, KEPT);
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  tail(): string {
    return this.#last.slice(-KEPT).join('');
  }

  count(kind: string): number {
    return this.counts.get(kind) ?? 0;
  }

  #flush(): void {
    this.#hash.update(this.#pending.join(''));
    this.#pending = [];
  }
}
