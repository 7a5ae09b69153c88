/** The wallet as a small machine without React: who is connected, and what the wallet says about it. */
import type { Eip1193Provider } from '../../../chain/wallet/eip1193.ts';
import { askWallet } from '../../../chain/wallet/from-eip1193.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import { UserRejectedError, WalletLockedError } from '../../../wire/wallet-errors.ts';
import type { WalletChoice } from '../state/wallet.ts';
import { countingActs } from './counting-acts.ts';
import { callToNetwork, readWallet } from './connection.ts';
import type { Connected, Network } from './connection.ts';
import { devAccountOf, devChoices, isDevChoice } from './dev-wallet.ts';
import { discoverWallets } from './discovery.ts';
import type { FoundWallet, WalletPlace } from './discovery.ts';
import { inTurns, listenTo, onceUsable } from './events.ts';
import { NOBODY } from './facts.ts';
import type { Memory, WalletFacts } from './facts.ts';

export interface WalletStoreOptions {
  readonly network: Network;
  readonly devMnemonic?: string | undefined;
  readonly place: WalletPlace;
  readonly memory: Memory;
}

const KEY = 'holdfast.wallet';

export class WalletStore {
  readonly #options: WalletStoreOptions;
  readonly #listeners = new Set<() => void>();
  #found: readonly FoundWallet[] = [];
  #facts: WalletFacts;
  /** Each connection and disconnection raises it: answers to older questions are dropped. */
  #turn = 0;
  #unlisten: () => void = () => undefined;
  #provider: Eip1193Provider | undefined;
  /** The wallet whose window is open for this connection. */
  #asked: string | undefined;

  constructor(options: WalletStoreOptions) {
    this.#options = options;
    this.#facts = { ...NOBODY, choices: this.#choices() };
  }

  /** Looks for wallets, and connects again the one that was connected when the page was left. Returns the end of it. */
  start(): () => void {
    const stop = discoverWallets(this.#options.place, (found) => {
      this.#found = found;
      this.#change({ choices: this.#choices() });
      this.#reconnect();
    });
    this.#reconnect();
    return () => {
      stop();
      this.#leave();
    };
  }

  readonly facts = (): WalletFacts => this.#facts;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Opens the wallet's window. What goes wrong is in `error`. */
  readonly connect = async (id: string): Promise<void> => (this.#asked === id ? this.#askAgain(id) : this.#open(id, false));

  readonly disconnect = async (): Promise<void> => {
    const provider = this.#provider;
    this.#leave();
    this.#options.memory.removeItem(KEY);
    // Not every wallet can be told; then it forgets this page when its owner says so there.
    if (provider !== undefined) await askWallet(provider, 'wallet_revokePermissions', [{ eth_accounts: {} }]).catch(() => undefined);
  };

  readonly switchNetwork = async (): Promise<void> => {
    const provider = this.#provider;
    if (provider === undefined) return;
    const turn = this.#turn;
    this.#change({ error: undefined });
    try {
      await callToNetwork(provider, this.#options.network);
    } catch (error) {
      if (turn === this.#turn) this.#change({ error });
      return;
    }
    await this.#refresh(provider, turn);
  };

  #choices(): readonly WalletChoice[] {
    const { network, devMnemonic } = this.#options;
    return [...this.#found.map(({ id, name, icon }) => ({ id, name, icon, isDev: false })), ...devChoices({ chainId: network.chainId, devMnemonic })];
  }

  #reconnect(): void {
    if (this.#facts.status !== 'disconnected') return;
    const id = this.#options.memory.getItem(KEY);
    if (id !== null && this.#facts.choices.some((one) => one.id === id)) void this.#open(id, true);
  }

  async #open(id: string, isSilent: boolean): Promise<void> {
    const { network, devMnemonic, memory } = this.#options;
    const wallet = this.#facts.choices.find((one) => one.id === id);
    const found = this.#found.find((one) => one.id === id);
    this.#leave();
    const turn = this.#turn;
    this.#change({ status: 'connecting', wallet });
    if (!isSilent) this.#asked = id;
    try {
      if (isDevChoice(id)) {
        const signer = devAccountOf({ chainId: network.chainId, devMnemonic }, id);
        this.#take({ address: signer.address, chainId: network.chainId, isWrongNetwork: false, signer });
      } else {
        if (found === undefined) throw new HoldfastError('NO_SUCH_WALLET', 'This wallet is not in this browser any more.', { nextStep: 'Choose another wallet.' });
        const provider = countingActs(found.provider, (asking) => turn === this.#turn && this.#change({ asking }));
        const connected = await readWallet(provider, { network, isSilent });
        if (turn !== this.#turn) return;
        this.#listen(provider, turn);
        this.#take(connected);
      }
      this.#asked = undefined;
      memory.setItem(KEY, id);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#leave();
      // Nobody asked for this attempt: a wallet that is locked now is no failure.
      if (!isSilent) this.#change({ error });
      if (found !== undefined) this.#await(id, found.provider);
    }
  }

  /** Its window is open already, lies behind this one, or was closed without an answer. The first question still counts. */
  async #askAgain(id: string): Promise<void> {
    const found = this.#found.find((one) => one.id === id);
    const turn = this.#turn;
    if (found === undefined) return;
    this.#change({ error: undefined });
    try {
      await askWallet(found.provider, 'eth_requestAccounts');
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof UserRejectedError) this.#leave();
      this.#change({ error });
      return;
    }
    if (turn === this.#turn && this.#asked === id) await this.#open(id, true);
  }

  /** Until the wallet is unlocked, or lets this page in: nobody has to press "Connect" for that. Not once it was left by hand. */
  #await(id: string, provider: Eip1193Provider): void {
    const turn = this.#turn;
    this.#unlisten = onceUsable(provider, () => turn === this.#turn && void this.#open(id, true));
  }

  #listen(provider: Eip1193Provider, turn: number): void {
    const hear = inTurns((isStale) => this.#refresh(provider, turn, isStale), () => turn === this.#turn);
    this.#provider = provider;
    this.#unlisten = listenTo(provider, ['accountsChanged', 'chainChanged', 'disconnect'], hear);
  }

  /** Asks rather than believes the event: what the wallet says now counts. */
  async #refresh(provider: Eip1193Provider, turn: number, isStale: () => boolean = () => false): Promise<void> {
    try {
      const now = await readWallet(provider, { network: this.#options.network, isSilent: true });
      if (turn === this.#turn) this.#take(now);
    } catch (error) {
      if (turn !== this.#turn || isStale()) return;
      const id = this.#facts.wallet?.id;
      this.#leave();
      this.#change({ error: error instanceof WalletLockedError ? undefined : error });
      if (id !== undefined) this.#await(id, provider);
    }
  }

  /** The signer stays the same object while account and chain do: a new one makes pages begin anew. */
  #take(now: Connected): void {
    const before = this.#facts;
    const isSame = before.status === 'connected' && before.address === now.address && before.signer !== undefined && now.signer !== undefined;
    this.#change({ status: 'connected', error: undefined, ...now, signer: isSame ? before.signer : now.signer });
  }

  #leave(): void {
    this.#turn++;
    this.#unlisten();
    this.#unlisten = () => undefined;
    this.#provider = undefined;
    this.#asked = undefined;
    this.#facts = { ...NOBODY, choices: this.#facts.choices };
    this.#tell();
  }

  #change(facts: Partial<WalletFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
