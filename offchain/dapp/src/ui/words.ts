/** Before acts that spend tokens: with a permit a signature and a transaction, else as the wallet can. */
export const PAYING = 'Your wallet asks up to twice: to allow the payment, and to make it.';

/** The words of this project that a visitor may not know, each in a sentence or two. `<Hint word="epoch" />` shows them. */
export const WORDS = {
  creator: 'Whoever stores data here and pays for it: you, on these pages.',
  provider: 'Somebody who rents out disk space. A provider puts tokens at stake, and proves in every epoch that it still has what it was given.',
  'heavy node': 'A well-connected node that finds providers for you, watches over your data and has lost parts rebuilt, for a small share of the rent.',
  agreement: 'A rental: space at a fixed set of providers, at a price that stays the same until it ends.',
  slot: 'One place of an agreement, held by one provider at a time. Each slot keeps its own part of everything you store.',
  quota: 'The space that an agreement reserves. Rent is paid for the reserved space, whether it is full or not.',
  batch: 'Files are packed into parcels of one size before they are coded. Space is counted in them.',
  fragment: 'The part of a parcel that one provider keeps. It is encrypted and sealed: useless alone, and different at each provider.',
  bundle: 'Everything that one upload stored, committed to the chain by one fingerprint.',
  epoch: "The network's clock tick: two hours on a real network, seconds on a test network. Every provider proves once in each.",
  period: 'A fixed number of epochs, a week on a real network. Agreements end where a period ends.',
  scheme: 'How files are spread: with 10+6, any 10 of 16 providers bring everything back, so 6 may be lost at once.',
  copies: 'Full copies instead of coded parts: simpler, and dearer for the same safety.',
  proof: 'Five random samples of what a provider should hold, checked by the chain. Whoever cannot show them is not paid for that time.',
  stake: 'Tokens that a provider has locked up. It loses some when it loses data or stays away.',
  footprint: "The heavy node's number in an agreement: it earns its share of the rent by it.",
  ContentID: 'A fingerprint of a stored object. Whoever has it can check that he got the right bytes.',
  durability: 'How likely it is that nothing is lost within a year, if each provider fails on its own and lost parts are rebuilt.',
  detection: 'How likely it is that a provider who dropped a part of its data is caught.',
  region: 'A large area of the world that a provider says it is in. Slots are spread over regions.',
  'proven share': 'How much of all promised data was proven in the last epochs.',
  'repair-only': 'When too little of the data is proven, the network takes nothing new until what it has is safe again.',
  coin: "The chain's own currency. Transactions are paid with it, and it buys tokens.",
  HOLD: "The network's token. Rent is paid in it, and providers earn it.",
  'seal key': 'The key with which a heavy node may rebuild lost parts of one agreement. It cannot read your files with it.',
  'heavy fee': 'The share of the rent that goes to the heavy node that found your providers.',
  reputation: 'What heavy nodes saw of a provider: how often it answered, and proved.',
  'auto-renew': 'The heavy node extends the agreement before it ends, out of a pot that you fill and within limits that you set.',
  pot: 'Tokens set aside for renewals of one agreement. What is not used, you can take back.',
  'grace period': 'For so long after the end providers still keep your data, so that a late renewal saves it.',
  'recovery phrase': 'Twelve or 24 words from which your keys can be made again. Whoever has them can read everything.',
  unlock: 'Your files are encrypted with a key that is made from a signature of your wallet. Signing costs nothing and sends nothing.',
} as const;

export type Word = keyof typeof WORDS;
