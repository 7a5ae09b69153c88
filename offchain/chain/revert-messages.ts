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
  NothingToProve: { says: 'Provider {provider} has nothing to prove in this epoch: it holds no slot, or its draw was given up with a slot that it lost.', next: 'Wait for the next epoch, or for the first agreement.' },
  PruneFirst: { says: 'Draw {sample} of provider {provider} met slots that have ended and found no running one within its tries.', next: 'Release the ended slots, then prove again.', retryable: true },
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
  NotProvenYet: { says: 'Provider {provider} has not proven epoch {epoch}, so it cannot hand a slot over.', next: 'Prove the epoch first.', retryable: true },
  HandOverTooSoon: { says: 'Provider {provider} took the slot in period {startPeriod}, and that period has not ended.', next: 'Hand it over in a later period.', retryable: true },
  ChallengeOpen: { says: '{open} challenges of slot {slot} of agreement {id} wait for an answer or their end.', next: 'Answer them, or end them after their deadline.', retryable: true },
  NotOverdue: { says: 'Slot {slot} of agreement {id} may acknowledge bundle {bundle} until epoch {overdueEpoch}; now is epoch {currentEpoch}.', next: 'Send it its fragments, or dismiss it from that epoch on.', retryable: true },
  CannotReport: { says: 'Misses of period {period} cannot be reported in period {currentPeriod}.', next: 'Report each period in the one right after it.' },
  NothingOwed: { says: 'Nothing is owed to {account}.', next: 'Settle first, or wait until something was earned or refunded.' },
  NotOperatorOf: { says: 'Only {operator} operates provider {provider}, and {caller} asked.', next: 'Use the operator\'s account.' },
  /* ---------------------------------------------------------------- targeted challenges */
  AlreadyRetired: { says: 'Bundle {bundle} of agreement {id} was retired.', next: 'Use a bundle that still lives.' },
  NoSuchChallenge: { says: 'There is no open challenge {challenge}.', next: 'Check the number: it may have been answered or ended.' },
  AnswerDue: { says: 'Challenge {challenge} can be answered until epoch {deadlineEpoch}; now is epoch {currentEpoch}.', next: 'End it from that epoch on.', retryable: true },
  AnswerLate: { says: 'Challenge {challenge} had to be answered before epoch {deadlineEpoch}; now is epoch {currentEpoch}.', next: 'It is too late for this one; answer the next in time.' },
  NotAcknowledged: { says: 'Slot {slot} of agreement {id} never acknowledged bundle {bundle}.', next: 'Challenge only what a provider confirmed to hold.' },
  NoSuchLeaf: { says: 'There is no leaf {leaf} of {leaves} in batch {batch} of {batches}.', next: 'Name a leaf inside the bundle.' },
  /* ---------------------------------------------------------------- longer and larger agreements */
  NoSuchAgreement: { says: 'There is no agreement {id}.', next: 'Check the agreement\'s id.' },
  PotShort: { says: 'The pot of agreement {id} holds {have} token units; {need} are needed.', next: 'Top it up first.' },
  RenewalNotAuthorised: { says: 'Agreement {id} may be renewed until period {untilPeriod} at {maxPerPeriod} token units per period; asked were period {endPeriod} and {costPerPeriod}.', next: 'Let the creator authorise more.' },
  AgreementLocked: { says: 'Agreement {id} is locked: until it ends with period {endPeriod} it cannot be closed, its pot not be taken; and it never grows, nor is anything in it retired.', next: 'Wait for its end, or rent another.' },
  TermsDiffer: { says: 'The terms or offers do not fit agreement {id}.', next: 'Ask the providers in place for offers on the agreement\'s own terms.' },
  SessionExpired: { says: 'The session of {key} ended at {expiry}; the chain\'s time is {nowSeconds} (Unix seconds).', next: 'Let the creator set a new session.' },
  /* ---------------------------------------------------------------- the network as a whole */
  RepairOnly: { says: 'The network is in repair-only mode: {provenBps} of 10000 parts of the promised space were proven lately, and {neededBps} are needed.', next: 'Try again later; reading, proving and repairing go on.', retryable: true },
  ParameterOutOfBounds: { says: 'Parameter {which} would be {value}; it must lie between {min} and {max}.', next: 'Choose a value inside these bounds.' },
  LengthsDiffer: { says: 'One list has {a} entries and the other {b}.', next: 'Send one proof for each provider.' },
  /* ---------------------------------------------------------------- nodes and stake */
  NoSuchNode: { says: 'There is no node {id}.', next: 'Check the node\'s id.' },
  OperatorTaken: { says: '{operator} already operates node {id}.', next: 'Use that node, or register with another account.' },
  BadTier: { says: 'Tier {tier} is not one of standard, archival, edge and heavy.', next: 'Choose one of these tiers.' },
  ParentNotHeavy: { says: 'The parent, node {parent}, is not a heavy node.', next: 'Name a registered heavy node as parent.' },
  ZeroPayout: { says: 'The payout address is the zero address.', next: 'Name an address that you control.' },
  NotOperator: { says: 'Only {operator} operates node {id}, and {caller} asked.', next: 'Use the operator\'s account.' },
  NotPayout: { says: 'Only the payout address {payout} of node {id} may change it, and {caller} asked.', next: 'Use the account of the payout address.' },
  NotNamedOperator: { says: 'Node {id} expects {named} as its next operator, and {caller} asked.', next: 'Let the node\'s payout address name the new key first.' },
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
  /* ---------------------------------------------------------------- retrieval channels */
  BadVoucher: { says: 'The voucher of channel {channel} was not signed by {signer}.', next: 'Ask for a new voucher.' },
  DepositShort: { says: 'The voucher asks {total} token units of channel {channel}, which holds {deposit} in all.', next: 'Let the payer top the channel up.' },
  NoSuchChannel: { says: 'There is no channel {channel}.', next: 'Check the number: it may have been closed.' },
  NoSuchPayee: { says: 'Node {payee} is not registered.', next: 'Name a registered node.' },
  NotClosing: { says: 'Nobody has started to close channel {channel}.', next: 'Let the payer start closing first.' },
  NotHeavy: { says: 'Node {heavy} is not a heavy node.', next: 'Name a heavy node, or none.' },
  NotPayer: { says: 'Only the payer {payer} may close channel {channel}, and {caller} asked.', next: 'Use the payer\'s account.' },
  NoSuchPool: { says: 'There is no open pool {pool}.', next: 'Check the number: it may have been closed.' },
  NotSponsor: { says: 'Only {sponsor} opened pool {pool}, and {caller} asked.', next: 'Use the sponsor\'s account.' },
  AboveCap: { says: 'The bytes served earn {most} token units at most out of pool {pool}; asked were {total}.', next: 'Let the pool\'s signer sign no more than its price allows.' },
  ShareAboveOne: { says: 'A share of {wad} is above one, which is {max}.', next: 'Give a share between 0 and 10^18.' },
  TooManySamples: { says: '{samples} samples or epochs are more than the {max} that this view counts.', next: 'Ask for fewer.' },
  StillOpen: { says: 'Channel {channel} closes at {closesAt}; the chain\'s time is {nowSeconds} (Unix seconds).', next: 'Wait until then.', retryable: true },
  ZeroAmount: { says: 'The amount is zero.', next: 'Name an amount above zero.' },
  /* ---------------------------------------------------------------- endowments and rewards */
  AlreadyPaid: { says: 'Fund {fund} has already paid in period {period}.', next: 'Wait for the next period.', retryable: true },
  BadShare: { says: 'A share of {bps} of 10000 is not possible.', next: 'Name at most 10000.' },
  BadVault: { says: 'The vault keeps {asset}, not the token {token}.', next: 'Choose a vault of this token.' },
  FundShort: { says: 'Fund {fund} has {have} token units at hand; {need} are needed.', next: 'Add to the fund first.' },
  NothingJoined: { says: 'Nothing was added to the pool of agreement {id}: the amount is zero.', next: 'Name an amount above zero.' },
  NoMember: { says: '{account} has no share of pool {round} of agreement {id}.', next: 'Use the account that joined, and the pool that it joined.' },
  NotDue: { says: 'Agreement {id} is paid until period {endPeriod}; its pool pays when it would end by period {latestEnd}.', next: 'Wait until it is nearer its end.', retryable: true },
  PoolShort: { says: 'The pool of agreement {id} has {have} token units; {need} are needed.', next: 'Add to the pool first.' },
  NotLocked: { says: 'Agreement {id} does not exist or is not locked: its creator could close it and keep what a fund paid.', next: 'Let its creator lock it first.' },
  NotItself: { says: 'Only the endowment itself moves tokens in and out of vaults, and {caller} asked.', next: 'Use endow, release or recall.' },
  NoFund: { says: 'There is no fund {fund}.', next: 'Found one for a locked agreement.' },
  NotFounder: { says: 'Only {founder} founded fund {fund}, and {caller} asked.', next: 'Use the founder\'s account.' },
  PriceAboveBound: { says: 'One period costs {perPeriod} token units; the endowment pays at most {max}.', next: 'Extend it by other means.' },
  ProvenTooLittle: { says: 'Only {provenBps} of 10000 parts of the last period were proven; {neededBps} are needed.', next: 'Repair the agreement and try again in the next period.' },
  StillRunning: { says: 'Agreement {id} runs until period {endPeriod}; now is period {currentPeriod}.', next: 'Wait for its end.', retryable: true },
  CapReached: { says: 'The rewards of period {period} are used up (cap {cap} token units).', next: 'Claim in the next period.', retryable: true },
  NothingToClaim: { says: 'Node {id} has no reward to claim.', next: 'Wait until its earnings are settled.' },
  /* ---------------------------------------------------------------- access manager */
  AccessManagedInvalidAuthority: { says: '{authority} cannot be an access manager.', next: 'Name a contract.' },
  AccessManagedRequiredDelay: { says: '{caller} must announce this {delay} seconds before.', next: 'Schedule it with the access manager and execute it then.' },
  AccessManagedUnauthorized: { says: '{caller} may not change parameters.', next: 'Use an account with that role.' },
  AccessManagerAlreadyScheduled: { says: 'The operation {operationId} is scheduled already.', next: 'Execute or cancel it.' },
  AccessManagerBadConfirmation: { says: 'The confirmation names another account.', next: 'Confirm with the caller\'s own address.' },
  AccessManagerExpired: { says: 'The operation {operationId} was not executed in time.', next: 'Schedule it anew.' },
  AccessManagerInvalidInitialAdmin: { says: '{initialAdmin} cannot be the first administrator.', next: 'Name another address.' },
  AccessManagerLockedFunction: { says: 'The function {selector} of the access manager is locked.', next: 'It cannot be changed.' },
  AccessManagerLockedRole: { says: 'Role {roleId} is locked.', next: 'Choose another role.' },
  AccessManagerNotReady: { says: 'The delay of operation {operationId} has not passed.', next: 'Wait for it.', retryable: true },
  AccessManagerNotScheduled: { says: 'The operation {operationId} is not scheduled.', next: 'Schedule it first.' },
  AccessManagerUnauthorizedAccount: { says: '{msgsender} does not have role {roleId}.', next: 'Use an account that has it.' },
  AccessManagerUnauthorizedCall: { says: '{caller} may not call {selector} of {target}.', next: 'Use an account with that role.' },
  AccessManagerUnauthorizedCancel: { says: '{msgsender} may not cancel what {caller} scheduled for {selector} of {target}.', next: 'Use the caller\'s account or a guardian\'s.' },
  AccessManagerUnauthorizedConsume: { says: '{target} does not consume scheduled operations.', next: 'Call it through the access manager.' },
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
  AddressEmptyCode: { says: 'There is no contract at {target}.', next: 'Check the address.' },
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
