/** Bytes in memory that is used again. */
export interface Lent {
  /** Valid until `release`; not to be written to. */
  readonly bytes: Uint8Array;
  /** To be called once. Whoever forgets it costs the garbage collector some work. */
  readonly release: () => void;
}

/** All of them, or none: where one fails, the others are released. */
export async function allLent(loans: readonly Promise<Lent[]>[]): Promise<Lent[][]> {
  try {
    return await Promise.all(loans);
  } catch (error) {
    for (const loan of loans) releaseLater(loan);
    throw error;
  }
}

/** Releases what nobody waits for any more, once it is there. */
export function releaseLater(loan: Promise<readonly Lent[]>): void {
  loan.then((parts) => parts.forEach(({ release }) => release()), () => undefined);
}
