/** Finds the wallets of this browser (EIP-6963), each once: some announce themselves twice, or under two ids. */
import type { Eip1193Provider } from '../../../chain/wallet/eip1193.ts';

export interface FoundWallet {
  /** The wallet's domain in reverse (io.metamask): stays the same when the page is loaded again. */
  readonly id: string;
  readonly name: string;
  /** A picture as a data: address; anything else would tell a stranger who looks at this page. */
  readonly icon?: string | undefined;
  readonly provider: Eip1193Provider;
}

/** Where wallets announce themselves: `window`. */
export interface WalletPlace extends Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'> {
  readonly ethereum?: unknown;
}

const WALLETS_MAX = 24;
const NAME_CHARACTERS = 48;
const ID_CHARACTERS = 128;
const ICON_CHARACTERS = 256 * 1024;
/** Of a wallet from before EIP-6963. */
export const OLD_WALLET_ID = 'window.ethereum';
/** What it says when it is there later than the page. */
const OLD_WALLET_EVENT = 'ethereum#initialized';

/** Calls `onChange` with all wallets whenever another one shows itself. Returns the end of it. */
export function discoverWallets(place: WalletPlace, onChange: (wallets: readonly FoundWallet[]) => void): () => void {
  const found = new Map<string, FoundWallet>();
  const uuids = new Set<string>();
  const tell = (): void => onChange([...found.values()]);
  const hear = (event: Event): void => {
    const announced = read((event as CustomEvent<unknown>).detail);
    if (announced === undefined || found.size >= WALLETS_MAX) return;
    const { uuid, wallet } = announced;
    if (uuids.has(uuid) || found.has(wallet.id)) return;
    uuids.add(uuid);
    found.delete(OLD_WALLET_ID);
    found.set(wallet.id, wallet);
    tell();
  };
  place.addEventListener('eip6963:announceProvider', hear);
  // Wallets answer while this runs.
  place.dispatchEvent(new Event('eip6963:requestProvider'));
  const lookForOld = (): void => {
    if (found.size > 0 || !isProvider(place.ethereum)) return;
    found.set(OLD_WALLET_ID, { id: OLD_WALLET_ID, name: 'Browser wallet', provider: place.ethereum });
    tell();
  };
  lookForOld();
  place.addEventListener(OLD_WALLET_EVENT, lookForOld);
  return () => {
    place.removeEventListener('eip6963:announceProvider', hear);
    place.removeEventListener(OLD_WALLET_EVENT, lookForOld);
  };
}

/** Any script of the page may have announced it: nothing is believed. */
function read(detail: unknown): { readonly uuid: string; readonly wallet: FoundWallet } | undefined {
  if (typeof detail !== 'object' || detail === null) return undefined;
  const { info, provider } = detail as { info?: unknown; provider?: unknown };
  if (typeof info !== 'object' || info === null || !isProvider(provider)) return undefined;
  const { uuid, rdns, name, icon } = info as Record<string, unknown>;
  if (!isText(uuid, ID_CHARACTERS) || !isText(name, Infinity)) return undefined;
  const id = isText(rdns, ID_CHARACTERS) ? rdns : uuid;
  const picture = isText(icon, ICON_CHARACTERS) && /^data:image\//i.test(icon) ? icon : undefined;
  return { uuid, wallet: { id, name: name.slice(0, NAME_CHARACTERS), icon: picture, provider } };
}

function isText(value: unknown, charactersMax: number): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= charactersMax;
}

function isProvider(value: unknown): value is Eip1193Provider {
  return typeof value === 'object' && value !== null && 'request' in value && typeof value.request === 'function';
}
