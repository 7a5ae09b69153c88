/** What a contract's custom error means to a person. `{name}` stands for the error's argument of that name. */
export interface RevertMessage {
  readonly says: string;
  readonly next: string;
  /** The same call may succeed later without any change by the caller. */
  readonly retryable?: true;
}

/** One entry per custom error of every contract and library; test/chain/revert-messages.test.ts walks the ABI. */
export const REVERT_MESSAGES: Readonly<Record<string, RevertMessage>> = {
  /* ---------------------------------------------------------------- agreements */
  NotCreator: { says: 'Only the agreement\'s creator ({creator}) may do this, and {caller} asked.', next: 'Use the account that opened the agreement.' },
  WrongNonce: { says: 'The terms carry the nonce {have}, and the next agreement of this creator has {need}.', next: 'Ask for a new match: the offers were made for another agreement.' },
  BadScheme: { says: 'A scheme of {k}+{m} does not fit {offers} offers.', next: 'Choose k and m of at least 1 with k+m at most 64, and bring exactly k+m offers.' },
  BadBatchSize: { says: 'Batches of 2^{batchLog2} bytes are not allowed: the exponent goes from {min} to {max}.', next: 'Choose a batch size inside these bounds.' },
  BadTerm: { says: 'The agreement would end in period {endPeriod}; now is period {currentPeriod} and the latest end is {latest}.', next: 'Ask for a new match with a term inside these bounds.' },
  FeeTooHigh: { says: 'The heavy node asks {feeBps} hundredths of a percent; the protocol allows {max}.', next: 'Choose another heavy node.' },
  NotAHeavyNode: { says: 'Node {id} is not a registered heavy node.', next: 'Name a heavy node in the terms.' },
  OfferExpired: { says: 'The signed offer of provider {provider} was valid until {expiry}; the chain\'s time is {nowSeconds} (Unix seconds).', next: 'Ask for a new offer.' },
  BadSignature: { says: 'The signature for provider {provider} comes from {signer}, not from its operator {operator}.', next: 'Ask the provider to sign again; if it fails again, leave this provider out.' },
  ProviderTwice: { says: 'Provider {provider} would hold two slots of one agreement.', next: 'Replace one of its offers by another provider\'s.' },
  RegionFull: { says: 'More than {max} slots of the agreement would be in region {region}.', next: 'Ask for a match with more regions, or for a scheme with a larger m.' },
  CostAboveLimit: { says: 'The agreement costs {cost} token units; the limit given was {limit}.', next: 'Raise the limit, or rent less space or a shorter term.' },
  PaymentShort: { says: 'Only {received} of {need} token units arrived.', next: 'Pay with the token of this deployment; a token that takes a fee of transfers cannot be used.' },
  AgreementOver: { says: 'Agreement {id} ends with period {endPeriod}; now is period {currentPeriod}.', next: 'Open a new agreement.' },
  AgreementRunning: { says: 'Agreement {id} runs until period {endPeriod}; now is period {currentPeriod}.', next: 'Wait for its last epoch, or close it first.', retryable: true },
  NoSuchSlot: { says: 'Agreement {id} has nobody in slot {slot}.', next: 'Check the agreement\'s state: the slot was released or never existed.' },
  /* ---------------------------------------------------------------- bundles */
  QuotaExceeded: { says: 'Agreement {id} has space for {quota} batches; this upload would make it {wanted}.', next: 'Open another agreement, or upload less.' },
  TooFewReceipts: { says: '{have} receipts are too few to commit: {need} are needed.', next: 'Wait for more providers to confirm their fragments, then commit again.' },
  BadReceipts: { says: 'The receipts do not fit the slots {slots}: they have {signatureBytes} bytes.', next: 'Send one 64-byte signature for each slot that is marked, in slot order.' },
  EmptyBundle: { says: 'A bundle needs at least one batch.', next: 'Commit only when there is something to store.' },
  NoSuchBundle: { says: 'Agreement {id} has {bundles} bundles; there is no bundle {bundle}.', next: 'Read the agreement again and use one of its bundles.' },
  AlreadyAcknowledged: { says: 'Slot {slot} has already acknowledged bundle {bundle} of agreement {id}.', next: 'Nothing is left to do.' },
  /* ---------------------------------------------------------------- proofs */
  AlreadyProven: { says: 'Provider {provider} has already proven epoch {epoch}.', next: 'Wait for the next epoch.' },
  SeedUnknown: { says: 'The seed of epoch {epoch} is not fixed yet.', next: 'Poke the market once, then try again.', retryable: true },
  NothingToProve: { says: 'Provider {provider} holds no slot, so it has nothing to prove.', next: 'Wait for the first agreement.' },
  PruneFirst: { says: 'Draw {sample} of provider {provider} met only slots that have ended.', next: 'Release the ended slots, then prove again.', retryable: true },
  WrongBundle: { says: 'Draw {sample} asks for batch {batch}, which bundle {bundle} does not contain.', next: 'Read the draws again and build the proof anew.' },
  InvalidPath: { says: 'The Merkle path of draw {sample} does not lead to the committed root.', next: 'Check the stored fragment: its bytes are not the ones that were committed.' },
  ProofTooLong: { says: 'The proof has {have} bytes and only {used} are needed.', next: 'Read the draws again and build the proof anew.' },
  ProofTooShort: { says: 'The proof ends after {have} bytes and {needed} are needed.', next: 'Read the draws again and build the proof anew.' },
  ClassFull: { says: 'The provider already holds as many slots of size class {class} as it can.', next: 'Choose another provider, or another quota.' },
  RentOutOfBounds: { says: 'The rent of a slot would be {rent} token units per epoch; it must lie between {min} and {max}.', next: 'Change the price or the quota.' },
  /* ---------------------------------------------------------------- faults and replacement */
  SlotNotFaulted: { says: 'Provider {provider} in slot {slot} of agreement {id} is not faulted.', next: 'Leave it in place: a provider is replaced only after a run of misses.' },
  PriceAboveSlot: { says: 'The successor asks {rent} token units per epoch; the slot pays {slotRent}.', next: 'Find a successor that takes the slot\'s price or less.' },
  WrongSuccession: { says: 'The successor signed for {bundles} bundles and turn {turn}; the agreement has {needBundles} and {needTurn}.', next: 'Ask the successor to check the agreement again and sign anew.' },
  DrawPending: { says: 'Provider {provider} has still to prove epoch {epoch}.', next: 'Release the slot after its proof, or in a later epoch.', retryable: true },
  CannotReport: { says: 'Misses of period {period} cannot be reported in period {currentPeriod}.', next: 'Report each period in the one right after it.' },
  NothingOwed: { says: 'Nothing is owed to {account}.', next: 'Settle first, or wait until something was earned or refunded.' },
  /* ---------------------------------------------------------------- nodes and stake */
  NoSuchNode: { says: 'There is no node {id}.', next: 'Check the node\'s id.' },
  OperatorTaken: { says: '{operator} already operates node {id}.', next: 'Use that node, or register with another account.' },
  BadTier: { says: 'Tier {tier} is not one of standard, archival, edge and heavy.', next: 'Choose one of these tiers.' },
  ParentNotHeavy: { says: 'The parent, node {parent}, is not a heavy node.', next: 'Name a registered heavy node as parent.' },
  ZeroPayout: { says: 'The payout address is the zero address.', next: 'Name an address that you control.' },
  NotOperator: { says: 'Only {operator} operates node {id}, and {caller} asked.', next: 'Use the operator\'s account.' },
  NotPayout: { says: 'Only the payout address {payout} of node {id} may change it, and {caller} asked.', next: 'Use the account of the payout address.' },
  NotMarket: { says: 'Only the market {market} may do this, and {caller} asked.', next: 'Use the market\'s functions.' },
  StakeTooLow: { says: 'Node {id} has a stake of {have} token units and needs {need}.', next: 'Add stake, or take on less rent.' },
  WithdrawalNotReady: { says: 'The withdrawal of node {id} is ready in epoch {readyEpoch}; now is epoch {currentEpoch}.', next: 'Wait until then.', retryable: true },
  NothingQueued: { says: 'Node {id} has no withdrawal in the queue.', next: 'Queue a withdrawal first.' },
  NotAProvider: { says: 'Node {id} is not a provider (tier {tier}).', next: 'Use a node of tier standard, archival or edge.' },
  /* ---------------------------------------------------------------- deployment */
  BadClock: { says: 'A clock of {epochSeconds} seconds per epoch and {epochsPerPeriod} epochs per period cannot start now.', next: 'Deploy with positive numbers and a genesis that has passed.' },
  WrongRegistry: { says: 'The registry belongs to the market {registryMarket}, not to {market}.', next: 'Deploy the registry with the address that the market will have.' },
  /* ---------------------------------------------------------------- sale */
  NothingPaid: { says: 'No coin was sent to the sale.', next: 'Send the amount of coin to buy tokens for.' },
  SoldOut: { says: 'The sale has {left} token units left; {wanted} were asked for.', next: 'Buy less.' },
  NotTreasury: { says: 'Only the treasury {treasury} may collect, and {caller} asked.', next: 'Use the treasury\'s account.' },
  /* ---------------------------------------------------------------- token and libraries of OpenZeppelin */
  ERC20InsufficientAllowance: { says: '{spender} may take {allowance} token units and needs {needed}.', next: 'Approve the amount first.' },
  ERC20InsufficientBalance: { says: '{sender} has {balance} token units and needs {needed}.', next: 'Buy tokens first.' },
  ERC20InvalidApprover: { says: '{approver} cannot approve tokens.', next: 'Use an ordinary account.' },
  ERC20InvalidReceiver: { says: '{receiver} cannot receive tokens.', next: 'Send to another address.' },
  ERC20InvalidSender: { says: '{sender} cannot send tokens.', next: 'Use an ordinary account.' },
  ERC20InvalidSpender: { says: '{spender} cannot be allowed to spend tokens.', next: 'Approve another address.' },
  ERC2612ExpiredSignature: { says: 'The permit was valid until {deadline} (Unix seconds).', next: 'Sign a new permit.' },
  ERC2612InvalidSigner: { says: 'The permit was signed by {signer}, not by {owner}.', next: 'Sign the permit with the account that pays.' },
  InvalidAccountNonce: { says: 'The permit of {account} does not carry its current nonce {currentNonce}.', next: 'Sign a new permit.' },
  ECDSAInvalidSignature: { says: 'The signature belongs to no address.', next: 'Sign again.' },
  ECDSAInvalidSignatureLength: { says: 'The signature has {length} bytes instead of 65.', next: 'Sign again with an ordinary account.' },
  ECDSAInvalidSignatureS: { says: 'The signature\'s half {s} is not in its lower form.', next: 'Sign again with another wallet.' },
  SafeERC20FailedOperation: { says: 'The token {token} refused a transfer.', next: 'Check balance and allowance.' },
  ReentrancyGuardReentrantCall: { says: 'The market was called from inside one of its own calls.', next: 'Call it directly.' },
  SafeCastOverflowedUintDowncast: { says: 'The amount {value} does not fit into {bits} bits.', next: 'Use a smaller amount.' },
  FailedCall: { says: 'The receiver refused the coin.', next: 'Let the treasury be an address that accepts payments.' },
  InsufficientBalance: { says: 'The contract holds {balance} of {needed} units of coin.', next: 'Ask for less.' },
  InvalidShortString: { says: 'A name is too long to be stored in one word.', next: 'Deploy with shorter names.' },
  StringTooLong: { says: 'The name {str} has more than 31 bytes.', next: 'Deploy with a shorter name.' },
};

/** Fills the sentence of `name` with the error's arguments; unknown errors are shown as they are. */
export function describeRevert(name: string, args: Readonly<Record<string, unknown>>): { sentence: string; nextStep: string; retryable: boolean } {
  const message = REVERT_MESSAGES[name];
  if (message === undefined) {
    return { sentence: `The contract refused with ${name}.`, nextStep: 'Check that this program and the deployment belong together.', retryable: false };
  }
  const sentence = message.says.replaceAll(/\{(\w+)\}/g, (_match, key: string) => String(args[key]));
  return { sentence, nextStep: message.next, retryable: message.retryable ?? false };
}
