/** Epochs that were proven, to be counted in ranges. */
export class ProvenEpochs {
  readonly #byProvider = new Map<number, number[]>();

  constructor(proofs: Iterable<{ readonly provider: number; readonly epoch: number }>) {
    for (const { provider, epoch } of proofs) {
      const list = this.#byProvider.get(provider) ?? [];
      this.#byProvider.set(provider, list);
      list.push(epoch);
    }
    for (const list of this.#byProvider.values()) list.sort((a, b) => a - b);
  }

  /** Of the epochs [from, to). */
  count(provider: number, from: number, to: number): number {
    const list = this.#byProvider.get(provider);
    return list === undefined || to <= from ? 0 : below(list, to) - below(list, from);
  }

  has(provider: number, epoch: number): boolean {
    return this.count(provider, epoch, epoch + 1) === 1;
  }
}

/** How many of a sorted list are smaller than `limit`. */
function below(list: readonly number[], limit: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
