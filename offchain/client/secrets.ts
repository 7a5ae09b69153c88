/** The creator's keys, derived when they are first needed, so that a balance can be read without a wallet's question. */
import { type Address, hexToBytes, toHex } from 'viem';
import { WrongKeyError } from '../codec/format-errors.ts';
import { type CodecKeys, deriveKeys, sealKeyFor, sharingKeys } from '../codec/keys.ts';
import type { Platform } from '../codec/types.ts';
import type { Chain } from '../chain/client.ts';
import type { Signer } from '../wire/typed-data.ts';
import type { CreatorState } from './state/creator-state.ts';
import { masterFromPhrase, masterFromWallet } from './master-key.ts';

export interface SecretsOptions {
  readonly chain: Chain;
  readonly platform: Platform;
  readonly state: CreatorState;
  readonly signer: Signer;
  readonly creator: Address;
  readonly recoveryPhrase?: string | undefined;
}

export class Secrets {
  readonly #options: SecretsOptions;
  readonly #sealKeys = new Map<number, Promise<Uint8Array>>();
  #master: Promise<Uint8Array> | undefined;
  #keys: Promise<CodecKeys> | undefined;

  constructor(options: SecretsOptions) {
    this.#options = options;
  }

  /** @throws NonDeterministicWalletError, BadPhraseError, WrongKeyError when the home folder holds something of another key */
  keys(): Promise<CodecKeys> {
    this.#keys ??= this.#load();
    // A wallet's refusal must not be remembered: its owner may agree the next time.
    this.#keys.catch(() => (this.#keys = undefined));
    return this.#keys;
  }

  sealKey(agreement: number): Promise<Uint8Array> {
    const known = this.#sealKeys.get(agreement);
    if (known !== undefined) return known;
    const { platform, chain } = this.#options;
    const { chainId, market } = chain.deployment;
    const key = this.#masterKey().then((master) => sealKeyFor(platform, master, { chainId: BigInt(chainId), market: hexToBytes(market), agreement }));
    this.#sealKeys.set(agreement, key);
    key.catch(() => this.#sealKeys.delete(agreement));
    return key;
  }

  /** What grants are wrapped to, and what the creator's own notes are under; see `share/`. */
  async sharing(): ReturnType<typeof sharingKeys> {
    return sharingKeys(this.#options.platform, await this.#masterKey());
  }

  #masterKey(): Promise<Uint8Array> {
    const { platform, signer, creator, chain, recoveryPhrase } = this.#options;
    this.#master ??= recoveryPhrase === undefined ? masterFromWallet(platform, { signer, creator, domain: chain.domain }) : masterFromPhrase(platform, recoveryPhrase);
    this.#master.catch(() => (this.#master = undefined));
    return this.#master;
  }

  async #load(): Promise<CodecKeys> {
    const { platform, state, creator } = this.#options;
    const keys = await deriveKeys(platform, await this.#masterKey());
    const keyCheck = toHex(keys.keyCheck);
    const home = await state.claim(creator);
    if (home.keyCheck === keyCheck) return keys;
    // A key that has opened or stored nothing here, such as a mistyped phrase on a new machine, shuts out no other one.
    if (home.keyCheck !== null && (await state.catalogPlace(creator)) !== undefined) throw new WrongKeyError('home folder');
    await state.noteKeyCheck(creator, keyCheck);
    return keys;
  }
}
