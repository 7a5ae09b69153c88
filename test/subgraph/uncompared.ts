/** Stored fields that the check compares with nothing, by what they are. */
export const UNCOMPARED: Readonly<Record<string, readonly string[]>> = {
  /** Kept for the mappings' own reckoning: whatever is reckoned with them is compared (earnings, misses' pay, settlements, rents of the network). */
  reckoning: [
    'Network.fee', 'Network.sinceEpoch', 'Network.parameters', 'Provider.fee', 'Provider.accountedEpoch', 'Provider.missedInRow', 'Period.endingRent', 'Period.endingFee', 'Period.endingAgreements',
    'Period.endingSlots', 'Period.endingVacantSlots', 'Period.endingBytes', 'ProviderPeriod.endingRent', 'ProviderPeriod.endingFee', 'ProviderPeriod.endingSlots', 'ProviderPeriod.proofsBefore',
    'Tenure.proofsBefore', 'Rail.rent', 'Rail.fee', 'Rail.settledEpoch', 'Rail.proofsBefore', 'RailDrop.rail', 'RailDrop.periodNumber', 'RailDrop.rent', 'RailDrop.fee', 'Endowment.formerVault',
    'Endowment.emptiedBy', 'Transaction.bondAwaited',
  ],
  /** Copies of the deployment's constants, and of what an event says, made in one line. */
  copies: [
    'Network.token', 'Network.registry', 'Network.market', 'TierRules.tier', 'Parameters.standard', 'Parameters.archival', 'Parameters.edge', 'Parameters.epoch', 'Parameters.transaction',
    'Provider.tier', 'Network.block', 'Network.timestamp', 'ScheduledChange.operation', 'ScheduledChange.nonce', 'ScheduledChange.caller', 'ScheduledChange.target', 'ScheduledChange.data',
    'ScheduledChange.scheduledFor', 'ScheduledChange.state', 'ScheduledChange.transaction', 'ScheduledChange.endedBy', 'NameDeed.name', 'NameDeed.owner', 'NameDeed.tenure', 'NameDeed.timestamp',
    'NameDeed.transaction', 'Channel.content',
  ],
  /** What an event, a line of a statement or a tenure belongs to, and what it was worth at that moment. */
  links: [
    'Event.agreement', 'Event.slot', 'Event.node', 'Event.otherNode', 'Event.account', 'Event.subject', 'Event.amount', 'Slot.tenure', 'Slot.turns', 'Slot.lastFault', 'Fault.successor',
    'Fault.successorRent', 'Fault.bounty', 'Fault.repairer', 'Fault.replacedBy', 'Extension.fromPeriod', 'Extension.fromPot', 'Tenure.provider', 'Tenure.heavy', 'Tenure.parent', 'Tenure.rent',
    'Tenure.fee', 'Tenure.startEpoch', 'Tenure.endEpoch', 'Vacancy.filledEpoch', 'Proof.rent', 'Proof.fee', 'Proof.slots', 'Proof.secondsIntoEpoch', 'Miss.provider', 'Miss.fromEpoch', 'Miss.toEpoch',
    'Miss.rent', 'Miss.lostPay', 'Payment.kind', 'Payment.amount', 'Payment.account', 'Payment.node', 'Payment.agreement',
  ],
  /** Sums and states of epochs, periods and members that no view tells and no single kind of event adds up to. */
  series: [
    'Network.providers', 'Network.heavyNodes', 'Network.creators', 'Network.runningSlots', 'Network.reservedBytes', 'Network.storedBytes', 'Network.slashed', 'Epoch.block', 'Epoch.seededAt',
    'Epoch.rent', 'Epoch.fee', 'Epoch.provenRent', 'Epoch.provenBps', 'Epoch.provenShare', 'Epoch.runningAgreements', 'Epoch.runningSlots', 'Epoch.vacantSlots', 'Epoch.reservedBytes',
    'Epoch.storedBytes', 'Epoch.openedRent', 'Epoch.openedBytes', 'Epoch.committedBytes', 'Epoch.retiredBytes', 'Epoch.slashed', 'Epoch.isRepairOnly', 'Node.readsEarned', 'Provider.slots',
    'Provider.lastProvedEpoch', 'Provider.missed', 'Provider.missedPay', 'Provider.premiums', 'ProviderPeriod.missed', 'ProviderPeriod.earned', 'ProviderPeriod.missedPay', 'ProviderPeriod.penalties',
    'ProviderPeriod.slashedForSlots', 'HeavyNode.matchedBytes', 'HeavyNode.readFees', 'HeavyNodeEpoch.matchedBytes', 'HeavyNodeEpoch.readFees', 'Creator.rentPaid', 'Creator.toppedUp',
    'Creator.potTaken', 'CreatorEpoch.grown', 'CreatorEpoch.extended', 'CreatorEpoch.toppedUp', 'CreatorEpoch.potTaken', 'Agreement.quotaBytes', 'Agreement.endEpoch', 'Agreement.rent',
    'Agreement.vacantSlots', 'Bundle.sizeBytes', 'Challenge.reward', 'Rail.burned', 'Settlement.burned', 'PoolPayee.servedBytes', 'CommonsPool.members',
  ],
};
