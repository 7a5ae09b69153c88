import type { Address } from 'viem';
import type { Chain } from '../chain/client.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { readNode } from '../chain/read-node.ts';

/** An upload asks for its agreement with every fragment: one read serves them all. */
const FRESH_MS = 1_000;
/** While the RPC is away, what was read last goes on being used this long. */
const STALE_MS = 10 * 60_000;
/** After a failed read the next ones are answered from memory for this long. */
const PAUSE_MS = 5_000;
/** A node whose payout address named another operator is known under it after this. */
const OPERATOR_FRESH_MS = 60_000;
const ENTRIES_MAX = 10_000;

interface Entry {
  readonly readAtMs: number;
  readonly agreement: AgreementState;
  /** We changed it ourselves since it was read. */
  readonly isOutdated?: boolean;
}

/** Agreements as the chain had them a moment ago. */
export class AgreementCache {
  readonly #chain: Chain;
  readonly #entries = new Map<number, Entry>();
  readonly #operators = new Map<number, { readonly operator: Address; readonly readAtMs: number }>();
  readonly #reading = new Map<number, Promise<AgreementState>>();
  readonly #heavies = new Map<Address, { readonly isHeavy: boolean; readonly readAtMs: number }>();
  #failedAtMs = -Infinity;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** At most `freshMs` (a second) old; up to ten minutes while the RPC does not answer. */
  async get(id: number, freshMs = FRESH_MS): Promise<AgreementState> {
    const entry = this.#entries.get(id);
    const ageMs = entry === undefined ? Infinity : Date.now() - entry.readAtMs;
    if (entry !== undefined && ageMs < freshMs && entry.isOutdated !== true) return entry.agreement;
    const isUsable = entry !== undefined && ageMs < STALE_MS;
    if (isUsable && Date.now() - this.#failedAtMs < PAUSE_MS) return entry.agreement;
    try {
      return await this.#readOnce(id);
    } catch (error) {
      if (!isUsable) throw error;
      this.#failedAtMs = Date.now();
      return entry.agreement;
    }
  }

  /** Who asks while it is being read gets the same answer. */
  #readOnce(id: number): Promise<AgreementState> {
    const known = this.#reading.get(id);
    if (known !== undefined) return known;
    const reading = this.refresh(id).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  /** The next one who asks has it read anew. */
  outdate(id: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#entries.set(id, { ...entry, isOutdated: true });
  }

  /** Read now. */
  async refresh(id: number): Promise<AgreementState> {
    const agreement = await readAgreement(this.#chain, id);
    if (this.#entries.size >= ENTRIES_MAX) this.#entries.clear();
    this.#entries.set(id, { readAtMs: Date.now(), agreement });
    return agreement;
  }

  /** Who operates a node; seldom another one. Read anew after a while, and used for longer while the RPC does not answer. */
  async operatorOf(node: number): Promise<Address> {
    const known = this.#operators.get(node);
    if (known !== undefined && Date.now() - known.readAtMs < OPERATOR_FRESH_MS) return known.operator;
    try {
      const { operator } = await readNode(this.#chain, node);
      this.#operators.set(node, { operator, readAtMs: Date.now() });
      return operator;
    } catch (error) {
      if (known === undefined) throw error;
      return known.operator;
    }
  }

  /** Whether `operator` runs a heavy node; asked of the chain at most once a minute. */
  async isHeavy(operator: Address): Promise<boolean> {
    const known = this.#heavies.get(operator);
    if (known !== undefined && Date.now() - known.readAtMs < OPERATOR_FRESH_MS) return known.isHeavy;
    const id = await nodeIdOf(this.#chain, operator);
    const isHeavy = id !== undefined && (await readNode(this.#chain, id)).tier === 'heavy';
    if (this.#heavies.size >= ENTRIES_MAX) this.#heavies.clear();
    this.#heavies.set(operator, { isHeavy, readAtMs: Date.now() });
    return isHeavy;
  }
}
