/** Bytes that known readers may have for nothing each day. In memory: a restart begins the day anew. */
const DAY_SECONDS = 86_400;
const READERS_MAX = 10_000;

export class FreeQuota {
  readonly #used = new Map<string, number>();
  #day = -1;

  /** Takes `sizeBytes` out of the reader's `limitBytes` of this day, or nothing. */
  take(reader: string, read: { readonly sizeBytes: number; readonly limitBytes: number; readonly nowSeconds: number }): boolean {
    const { sizeBytes, limitBytes } = read;
    const used = this.#usedBy(reader, read.nowSeconds);
    if (used + sizeBytes > limitBytes || (!this.#used.has(reader) && this.#used.size >= READERS_MAX)) return false;
    this.#used.set(reader, used + sizeBytes);
    return true;
  }

  /** What was taken and not sent. */
  giveBack(reader: string, sizeBytes: number): void {
    const used = this.#used.get(reader);
    if (used !== undefined) this.#used.set(reader, Math.max(0, used - sizeBytes));
  }

  left(reader: string, options: { readonly limitBytes: number; readonly nowSeconds: number }): number {
    return Math.max(0, options.limitBytes - this.#usedBy(reader, options.nowSeconds));
  }

  #usedBy(reader: string, nowSeconds: number): number {
    const day = Math.floor(nowSeconds / DAY_SECONDS);
    if (day !== this.#day) {
      this.#day = day;
      this.#used.clear();
    }
    return this.#used.get(reader) ?? 0;
  }
}
