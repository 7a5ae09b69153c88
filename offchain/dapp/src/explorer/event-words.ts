/**
 * What each event of each contract means to a person. `{name:kind}` stands for the argument of that name, written as a thing of that kind:
 * a link to a node's page, an amount with its unit. test/dapp/explorer walks the ABIs: no event without a sentence.
 */

/** How an argument is written. */
export const KINDS = ['node', 'agreement', 'address', 'tokens', 'coin', 'epoch', 'period', 'slot', 'number', 'cause', 'tier', 'time', 'bytes', 'text', 'bps'] as const;
export type Kind = (typeof KINDS)[number];

/** What a list of transactions can be narrowed to. */
export const TOPICS = ['agreements', 'proofs', 'faults', 'money', 'nodes', 'tokens', 'rules'] as const;
export type Topic = (typeof TOPICS)[number];

export interface EventWords {
  readonly topic: Topic;
  readonly says: string;
  /** Of several events of a transaction the greatest weight is its headline. 5 where absent. */
  readonly weight?: number;
}

export const EVENT_WORDS: Readonly<Record<string, EventWords>> = {
  /* ---------------------------------------------------------------- agreements */
  'market.Opened': { topic: 'agreements', weight: 9, says: '{creator:address} rented space: agreement {id:agreement}, matched by heavy node {heavy:node}, prepaid with {paid:tokens}' },
  'market.Committed': { topic: 'agreements', weight: 8, says: 'An upload to agreement {id:agreement} was committed: bundle {bundle:number} with {batches:number} batches' },
  'market.Acknowledged': { topic: 'agreements', says: 'Slot {slot:slot} of agreement {id:agreement} confirmed that it holds bundle {bundle:number}' },
  'market.Retired': { topic: 'agreements', weight: 7, says: 'Bundle {bundle:number} of agreement {id:agreement} was deleted: {batches:number} batches of space are free again' },
  'market.Extended': { topic: 'agreements', weight: 8, says: '{payer:address} extended agreement {id:agreement} to the begin of period {endPeriod:period} for {paid:tokens}' },
  'market.Grown': { topic: 'agreements', weight: 8, says: 'Agreement {id:agreement} grew to {quota:number} batches for {paid:tokens}' },
  'market.Closed': { topic: 'agreements', weight: 8, says: 'The creator closed agreement {id:agreement}: it ends when period {endPeriod:period} begins, and {refund:tokens} come back' },
  'market.SlotReleased': { topic: 'agreements', weight: 4, says: 'Agreement {id:agreement} has ended: slot {slot:slot} of provider {provider:node} was released, {refund:tokens} of missed epochs come back' },
  'market.ToppedUp': { topic: 'money', weight: 7, says: '{from:address} put {amount:tokens} into the pot that renews agreement {id:agreement}' },
  'market.PotTaken': { topic: 'money', weight: 7, says: 'The creator took {amount:tokens} out of the pot of agreement {id:agreement}' },
  'market.RenewalAuthorised': { topic: 'agreements', weight: 7, says: 'The creator lets agreement {id:agreement} renew itself until period {untilPeriod:period}, for at most {maxPerPeriod:tokens} a period' },
  'market.Locked': { topic: 'agreements', weight: 8, says: 'Agreement {id:agreement} was locked for good: its creator cannot close it any more' },
  'market.SessionSet': { topic: 'agreements', weight: 6, says: '{creator:address} lets the key {key:address} upload and delete on its behalf until {expiry:time}' },
  'market.Refunded': { topic: 'money', says: '{amount:tokens} of agreement {id:agreement} came back to its creator {creator:address}' },
  /* ---------------------------------------------------------------- proofs */
  'market.Proved': { topic: 'proofs', weight: 6, says: 'Provider {provider:node} proved in epoch {epoch:epoch} that it still holds everything' },
  'market.SeedFixed': { topic: 'proofs', weight: 3, says: 'The questions of epoch {epoch:epoch} were drawn' },
  /* ---------------------------------------------------------------- faults */
  'market.Vacated': { topic: 'faults', weight: 8, says: 'Provider {provider:node} lost slot {slot:slot} of agreement {id:agreement} ({cause:cause}): {slashed:tokens} were slashed, {refund:tokens} of unproven rent came back' },
  'market.Replaced': { topic: 'faults', weight: 9, says: 'Provider {to:node} took over slot {slot:slot} of agreement {id:agreement} from {from:node}, for {rent:tokens} an epoch; the repairer was paid {bounty:tokens}' },
  'market.Noticed': { topic: 'faults', weight: 7, says: 'The creator gave provider {provider:node} notice for slot {slot:slot} of agreement {id:agreement}, from period {fromPeriod:period} on' },
  'market.MissesReported': { topic: 'faults', weight: 8, says: '{reporter:address} reported that provider {provider:node} missed {misses:number} epochs of period {period:period}: {slashed:tokens} were slashed, {reward:tokens} of them are the reporter’s' },
  'market.Challenged': { topic: 'faults', weight: 8, says: 'Challenge {challenge:number}: slot {slot:slot} of agreement {id:agreement} must show leaf {leaf:number} of batch {batch:number} in bundle {bundle:number} before epoch {deadlineEpoch:epoch}' },
  'market.Answered': { topic: 'faults', weight: 8, says: 'Provider {provider:node} answered challenge {challenge:number} and won its bond of {bond:tokens}' },
  'market.ChallengeEnded': { topic: 'faults', weight: 7, says: 'Challenge {challenge:number} ended; slot lost: {slotLost:text}' },
  'registry.Slashed': { topic: 'faults', says: '{amount:tokens} of the stake of node {id:node} were slashed' },
  /* ---------------------------------------------------------------- money */
  'market.Settled': { topic: 'money', weight: 6, says: 'Provider {provider:node} was credited {earned:tokens} for what it proved before epoch {upTo:epoch}; heavy node {heavy:node} {fee:tokens}' },
  'market.NodePaid': { topic: 'money', weight: 7, says: 'Node {id:node} was paid {amount:tokens} to {to:address}' },
  'market.AccountPaid': { topic: 'money', weight: 7, says: '{account:address} withdrew {amount:tokens} of refunds, compensations and rewards' },
  'market.FeesBurned': { topic: 'money', weight: 4, says: '{amount:tokens} of the fees of heavy node {heavy:node} were burned' },
  'rewards.Rewarded': { topic: 'money', weight: 7, says: 'Provider {id:node} was rewarded with {amount:tokens}, paid to {to:address}' },
  /* ---------------------------------------------------------------- nodes */
  'registry.Registered': { topic: 'nodes', weight: 9, says: 'Node {id:node} registered as {tier:tier} in region {region:number}, operated by {operator:address}, reachable at {endpoint:text}' },
  'registry.EndpointChanged': { topic: 'nodes', weight: 6, says: 'Node {id:node} is now reachable at {endpoint:text}' },
  'registry.ParentChanged': { topic: 'nodes', weight: 6, says: 'Node {id:node} has heavy node {parent:node} as its parent now' },
  'registry.PayoutChanged': { topic: 'nodes', weight: 6, says: 'Node {id:node} is paid to {payout:address} now' },
  'registry.OperatorNamed': { topic: 'nodes', weight: 6, says: 'Node {id:node} expects {operator:address} as its next operator' },
  'registry.OperatorChanged': { topic: 'nodes', weight: 7, says: 'Node {id:node} is operated by {to:address} now, no more by {from:address}' },
  'registry.StakeAdded': { topic: 'nodes', weight: 7, says: '{from:address} added {amount:tokens} to the stake of node {id:node}' },
  'registry.WithdrawalQueued': { topic: 'nodes', weight: 7, says: 'Node {id:node} takes {amount:tokens} of its stake out; ready from epoch {readyEpoch:epoch} on' },
  'registry.StakeWithdrawn': { topic: 'nodes', weight: 7, says: '{amount:tokens} of the stake of node {id:node} were paid out to {to:address}' },
  /* ---------------------------------------------------------------- reads, funds, pools */
  'channels.Opened': { topic: 'money', weight: 8, says: '{payer:address} put {amount:tokens} into channel {channel:number} to pay node {payee:node} for reads' },
  'channels.ToppedUp': { topic: 'money', weight: 7, says: '{from:address} added {amount:tokens} to channel {channel:number}' },
  'channels.Redeemed': { topic: 'money', weight: 7, says: 'Reads of channel {channel:number} were paid: {amount:tokens}, of which {fee:tokens} are the heavy node’s' },
  'channels.Closing': { topic: 'money', weight: 6, says: 'Channel {channel:number} closes at {closesAt:time}' },
  'channels.Closed': { topic: 'money', weight: 6, says: 'Channel {channel:number} closed; {refund:tokens} came back' },
  'channels.Sponsored': { topic: 'money', weight: 8, says: '{sponsor:address} sponsors the reads of a content with {amount:tokens} (pool {pool:number}), at most {maxPerMib:tokens} a MiB' },
  'channels.PoolFunded': { topic: 'money', weight: 7, says: '{from:address} added {amount:tokens} to pool {pool:number}' },
  'channels.SponsoredRead': { topic: 'money', weight: 7, says: 'Pool {pool:number} paid node {payee:node} {amount:tokens} for {servedBytes:bytes}' },
  'channels.PoolClosing': { topic: 'money', weight: 6, says: 'Pool {pool:number} closes at {closesAt:time}' },
  'channels.PoolClosed': { topic: 'money', weight: 6, says: 'Pool {pool:number} closed; {refund:tokens} came back' },
  'endowment.Founded': { topic: 'money', weight: 8, says: '{founder:address} founded endowment {fund:number} for agreement {id:agreement}, at most {maxPerPeriod:tokens} a period' },
  'endowment.Endowed': { topic: 'money', weight: 7, says: '{from:address} gave {amount:tokens} to endowment {fund:number}' },
  'endowment.Invested': { topic: 'money', weight: 4, says: 'Endowment {fund:number} put {amount:tokens} into its vault' },
  'endowment.Drawn': { topic: 'money', weight: 4, says: 'Endowment {fund:number} took {amount:tokens} out of its vault' },
  'endowment.Released': { topic: 'money', weight: 7, says: 'Endowment {fund:number} paid {amount:tokens}: its agreement lasts to the begin of period {endPeriod:period}' },
  'endowment.Reclaimed': { topic: 'money', weight: 7, says: '{founder:address} got {tokens:tokens} of endowment {fund:number} back' },
  'commons.Joined': { topic: 'money', weight: 7, says: '{member:address} joined those who keep agreement {id:agreement} alive, with {amount:tokens}' },
  'commons.Left': { topic: 'money', weight: 7, says: '{member:address} left those who keep agreement {id:agreement} alive, and took {amount:tokens} back' },
  'commons.Paid': { topic: 'money', weight: 7, says: 'Those who keep agreement {id:agreement} alive paid {amount:tokens}: it lasts to the begin of period {endPeriod:period}' },
  /* ---------------------------------------------------------------- tokens */
  'sale.Bought': { topic: 'tokens', weight: 8, says: '{buyer:address} bought {tokens:tokens} for {paid:coin}' },
  'token.Transfer': { topic: 'tokens', weight: 2, says: '{value:tokens} went from {from:address} to {to:address}' },
  'token.Approval': { topic: 'tokens', weight: 1, says: '{owner:address} lets {spender:address} take up to {value:tokens}' },
  /* ---------------------------------------------------------------- rules */
  'market.ParametersChanged': { topic: 'rules', weight: 9, says: 'The protocol’s parameters were changed' },
  'market.AuthorityUpdated': { topic: 'rules', says: 'Parameters may be changed through {authority:address}' },
  'market.EIP712DomainChanged': { topic: 'rules', says: 'The domain of the market’s signatures changed' },
  'channels.EIP712DomainChanged': { topic: 'rules', says: 'The domain of the channels’ signatures changed' },
  'token.EIP712DomainChanged': { topic: 'rules', says: 'The domain of the token’s signatures changed' },
  'manager.OperationScheduled': { topic: 'rules', weight: 9, says: '{caller:address} announced a change at {target:address}, possible from {schedule:time} on' },
  'manager.OperationExecuted': { topic: 'rules', weight: 7, says: 'An announced change was made' },
  'manager.OperationCanceled': { topic: 'rules', weight: 7, says: 'An announced change was taken back' },
  'manager.RoleGranted': { topic: 'rules', weight: 7, says: '{account:address} was given role {roleId:number}' },
  'manager.RoleRevoked': { topic: 'rules', weight: 7, says: '{account:address} lost role {roleId:number}' },
  'manager.RoleLabel': { topic: 'rules', says: 'Role {roleId:number} is called {label:text}' },
  'manager.RoleAdminChanged': { topic: 'rules', says: 'Role {roleId:number} is given by role {admin:number} now' },
  'manager.RoleGuardianChanged': { topic: 'rules', says: 'Changes of role {roleId:number} can be taken back by role {guardian:number} now' },
  'manager.RoleGrantDelayChanged': { topic: 'rules', says: 'Giving role {roleId:number} takes {delay:number} seconds from {since:time} on' },
  'manager.TargetAdminDelayUpdated': { topic: 'rules', says: 'Changes of the rules of {target:address} take {delay:number} seconds from {since:time} on' },
  'manager.TargetClosed': { topic: 'rules', says: 'Managed functions of {target:address} are closed: {closed:text}' },
  'manager.TargetFunctionRoleUpdated': { topic: 'rules', says: 'A function of {target:address} belongs to role {roleId:number} now' },
};
