// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId} from "./Ids.sol";

enum Tier {
    None,
    Standard,
    Archival,
    Edge,
    Heavy
}

/// @notice What creator and all n providers agree on; every provider signs the hash of it.
struct Terms {
    address creator;
    /// The creator's number of earlier agreements: makes every offer usable once.
    uint32 nonce;
    /// The footprint: the creator's heavy node.
    NodeId heavy;
    uint16 feeBps;
    uint8 k;
    uint8 m;
    uint8 batchLog2;
    /// Batches of space reserved.
    uint32 quota;
    /// The agreement ends when this period begins. Rent starts in the epoch of opening.
    uint32 endPeriod;
}

/// @notice One provider's signed quote for Terms.
struct SlotOffer {
    NodeId provider;
    /// Token units per batch and epoch.
    uint96 price;
    /// Unix seconds.
    uint64 expiry;
    /// EIP-2098 compact signature.
    bytes32 r;
    bytes32 vs;
}

/// @notice A provider's signed readiness to take over a slot whose fragments it already holds and verified.
struct Succession {
    AgreementId agreement;
    uint8 slot;
    NodeId provider;
    uint96 price;
    /// The agreement's number of bundles; all of them that live are held.
    uint32 bundles;
    /// The agreement's number of earlier turns: makes the signature usable once, and only for the term and quota it was made for.
    uint32 turn;
    uint64 expiry;
    /// Who is credited the bounty; the zero address: whoever sends it.
    address repairer;
}

/// @dev Two words: draws read only the first.
struct Agreement {
    uint32 startEpoch;
    uint32 endPeriod;
    uint8 k;
    uint8 m;
    uint8 batchLog2;
    uint32 bundles;
    uint32 batches;
    /// Batches at the start of `changedEpoch`: draws of that epoch use it, so a commit cannot move a draw.
    uint32 batchesBefore;
    uint32 changedEpoch;
    /// Batches of retired bundles: their quota is free again.
    uint32 retiredBatches;
    address creator;
    NodeId heavy;
    /// At most 200.
    uint8 feeBps;
    uint32 quota;
    /// Changes that void what was signed before: successions, extensions, growth, closing.
    uint24 turns;
}

/// @dev Two words. Holds batches [first, first + batches) of its agreement.
struct Bundle {
    bytes32 root;
    uint32 first;
    uint32 batches;
    uint32 epoch;
    /// Epoch in which the creator gave the bundle up, plus one; 0 while it lives. Draws pass it over from the next epoch on.
    uint32 retired;
    /// Bit i: the provider of slot i signed that it holds its fragments of this bundle.
    uint64 acknowledged;
}

/// @notice A provider's slot as its draws see it. Stored as one word, see Entries.
struct Entry {
    AgreementId agreement;
    uint8 slot;
    /// The provider's parent when it took the slot: shares the fee.
    NodeId parent;
    uint32 startEpoch;
    /// Token units per epoch.
    uint96 rent;
}

/// @dev One word (uint64) packs where a slot's entry lies: provider, size class, index.
struct Place {
    NodeId provider;
    uint8 class;
    uint16 index;
}

/// @notice The outcome of one draw. `isVoid`: nothing to prove.
struct Draw {
    bool isVoid;
    AgreementId agreement;
    uint8 slot;
    uint32 batch;
    uint32 leaf;
    uint32 leaves;
    uint8 n;
    /// Batches that were open to this draw, and its randomness: what moving on needs.
    uint32 batches;
    uint256 random;
    /// Views only: the bundle of `batch`, behind the retired ones that the draw moved on from. Their indexes open the sample's proof.
    uint32[] bundles;
    /// Views only: every move hit a retired bundle; only the indexes are due.
    bool isSpent;
}

/// @notice A slot without a provider. Its rent waits here until a successor takes over or the agreement ends.
/// @dev One word.
struct Vacancy {
    uint96 rent;
    uint32 sinceEpoch;
    /// What was slashed for the repairer and the successor.
    uint96 reward;
    /// Whoever lost the slot cannot win the reward.
    NodeId from;
}

/// @notice Somebody put a bond on one leaf not being there.
/// @dev Two words, then the challenger and the bond.
struct Challenge {
    AgreementId agreement;
    uint8 slot;
    NodeId provider;
    uint32 bundle;
    /// Ordinal inside the bundle.
    uint32 batch;
    uint32 leaf;
    /// Answers are due before this epoch begins.
    uint32 deadlineEpoch;
    /// When the provider took the slot: a later tenure of the same provider is not meant.
    uint32 startEpoch;
    address challenger;
    uint96 bond;
}

/// @notice What a creator authorised for renewals without a signature of its own.
struct Renewal {
    /// Highest cost of one period, token units.
    uint128 maxPerPeriod;
    /// No renewal reaches beyond this period.
    uint32 untilPeriod;
    /// For good: the creator cannot close, and whatever comes back goes to the pot, which he gets when the agreement has ended.
    bool isLocked;
}

/// @notice Why a slot lost its provider.
enum Cause {
    Fault,
    Notice,
    HandOver,
    Surrender,
    Challenge,
    Unacknowledged
}

/// @notice How providers of one tier are judged.
/// @dev One word.
struct TierRules {
    /// Missed epochs of a period that cost nothing.
    uint32 missAllowance;
    /// Epochs of rent that each miss beyond the allowance costs.
    uint32 penaltyEpochs;
    /// Consecutive misses that make a provider faulted.
    uint32 faultRun;
    /// Epochs of a slot's rent that losing it for cause costs.
    uint32 slashEpochs;
    /// Epochs that a targeted challenge leaves for the answer.
    uint32 answerEpochs;
}

/// @notice What an access manager may change, behind its delay and within the bounds of libraries/Bounds.sol.
struct Parameters {
    TierRules standard;
    TierRules archival;
    TierRules edge;
    /// What a targeted challenge puts at stake, in units of 10^12 token units.
    uint32 bondUnits;
    /// Epochs after which a slot that still lacks a bundle may be dismissed.
    uint32 ackEpochs;
    /// Epochs behind an agreement's end for which providers still keep and serve its bytes.
    uint32 graceEpochs;
    /// Below this proven share of the promised rent (basis points) over the last `healthEpochs`, the network only repairs. 0: never.
    uint16 healthBps;
    uint16 healthEpochs;
}
