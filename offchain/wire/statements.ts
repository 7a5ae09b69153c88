/**
 * Sentences that a wallet shows above the other fields of what it is asked to sign. Both sides make them out of those fields, so they travel nowhere and
 * cannot say anything else than what is signed. Their wording is part of the format.
 */
import { formatTokens } from './tokens.ts';
import type { LetterMessage, MailboxRead, NameRecord, OfferAsk, PrimaryType, PublicName, Session, Tariff, TypedMessages } from './typed-data.ts';

const LAST_SECONDS = Date.UTC(9999, 11, 31) / 1000;

/** Unix seconds as "2026-11-21 18:00 UTC". */
function when(seconds: number): string {
  return seconds > LAST_SECONDS ? 'the end of time' : `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** "1.5 GiB": in the largest unit that leaves a whole number in front, cut after three digits. */
function size(bytes: bigint): string {
  let unit = 0;
  while (unit < UNITS.length - 1 && bytes >> BigInt(10 * (unit + 1)) > 0n) unit++;
  const thousandths = (bytes * 1000n) >> BigInt(10 * unit);
  const rest = String(thousandths % 1000n).padStart(3, '0').replace(/0+$/, '');
  return `${thousandths / 1000n}${rest === '' ? '' : `.${rest}`} ${UNITS[unit]}`;
}

const STATEMENTS: { readonly [P in PrimaryType]?: (message: TypedMessages[P]) => string } = {
  Session: ({ agreement, expiry }: Session) => `Lets this program store and read files in agreement ${agreement} until ${when(expiry)}. It cannot spend tokens.`,
  OfferAsk: ({ terms, expiry }: OfferAsk) => `Asks providers for their price of ${terms.quota} batches of space, and to keep it free until ${when(expiry)}. It costs nothing.`,
  Tariff: ({ provider, perGibEpoch, capacityBytes }: Tariff) => `Provider ${provider} asks ${formatTokens(perGibEpoch)} for a GiB and an epoch from now on, and promises at most ${size(capacityBytes)}. Running agreements keep their price. It costs nothing.`,
  NameRecord: ({ version }: NameRecord) => `Saves version ${version} of the list of everything that you store. It costs nothing.`,
  PublicName: ({ name, version, expiry }: PublicName) => `Makes version ${version} of ${name} public${expiry === 0 ? '' : ` until ${when(expiry)}`}. Everybody can read it.`,
  Letter: ({ kind, to }: LetterMessage) => `Leaves a sealed message (${kind}) for ${to} at heavy nodes. It costs nothing.`,
  MailboxRead: ({ until }: MailboxRead) => `Shows this program what others sent to you, until ${when(until)}. It costs nothing.`,
};

/** The message as it is signed. */
export function withStatement<P extends PrimaryType>(primaryType: P, message: TypedMessages[P]): TypedMessages[P] & { readonly statement?: string } {
  const statement = STATEMENTS[primaryType];
  return statement === undefined ? message : { ...message, statement: statement(message) };
}
