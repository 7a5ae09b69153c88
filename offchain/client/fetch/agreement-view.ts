/** An agreement as a reader and a writer need it: its geometry, and who is at each slot under which address. */
import type { Address } from 'viem';
import type { Geometry } from '../../codec/types.ts';
import { geometry } from '../../codec/geometry.ts';
import { type AgreementState, readAgreement } from '../../chain/read-agreement.ts';
import { readNode } from '../../chain/read-node.ts';
import type { Chain } from '../../chain/client.ts';

/** The provider in a slot. */
export interface SlotHost {
  readonly slot: number;
  readonly provider: number;
  readonly operator: Address;
  readonly endpoint: string;
  readonly region: number;
}

export interface AgreementView {
  readonly id: number;
  readonly state: AgreementState;
  readonly geometry: Geometry;
  /** In slot order; released slots are left out. */
  readonly hosts: readonly SlotHost[];
  /** Receipts that a commit needs: k + ceil(m / 2). */
  readonly quorum: number;
}

interface Known {
  readonly view: Promise<AgreementView>;
  readonly untilMs: number;
  isRenewed: boolean;
}

/** Views are kept for `maxAgeMs`, so that reading a file asks the chain once. */
export class AgreementViews {
  readonly #chain: Chain;
  readonly #maxAgeMs: number;
  readonly #views = new Map<number, Known>();

  constructor(chain: Chain, maxAgeMs: number) {
    this.#chain = chain;
    this.#maxAgeMs = maxAgeMs;
  }

  /** @throws ChainError NO_SUCH_AGREEMENT, RpcUnavailableError */
  get(agreement: number): Promise<AgreementView> {
    const known = this.#views.get(agreement);
    const leftMs = (known?.untilMs ?? 0) - performance.now();
    if (known === undefined || leftMs <= 0) return this.refresh(agreement);
    if (leftMs < this.#maxAgeMs / 2) this.#renew(agreement, known);
    return known.view;
  }

  /** Beside whoever reads all the time: none of them ever waits for the chain. Where it fails, the view just grows old. */
  #renew(agreement: number, known: Known): void {
    if (known.isRenewed) return;
    known.isRenewed = true;
    const untilMs = performance.now() + this.#maxAgeMs;
    const view = loadView(this.#chain, agreement);
    const put = (): void => {
      if (this.#views.get(agreement) === known) this.#views.set(agreement, { view, untilMs, isRenewed: false });
    };
    view.then(put, () => (known.isRenewed = false));
  }

  /** Asks the chain anew: after a commit, or when providers may have been replaced. */
  refresh(agreement: number): Promise<AgreementView> {
    const view = loadView(this.#chain, agreement);
    const known: Known = { view, untilMs: performance.now() + this.#maxAgeMs, isRenewed: false };
    this.#views.set(agreement, known);
    view.catch(() => this.#views.get(agreement) === known && this.#views.delete(agreement));
    return view;
  }
}

async function loadView(chain: Chain, agreement: number): Promise<AgreementView> {
  const state = await readAgreement(chain, agreement);
  const held = state.slots.filter(({ provider }) => provider !== 0);
  const hosts = await Promise.all(held.map(async ({ slot, provider }): Promise<SlotHost> => {
    const { operator, endpoint, region } = await readNode(chain, provider);
    return { slot, provider, operator, endpoint: endpoint.replace(/\/$/, ''), region };
  }));
  return { id: agreement, state, geometry: geometry(state), hosts, quorum: state.k + Math.ceil(state.m / 2) };
}
