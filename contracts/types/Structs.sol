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
    /// The agreement's number of bundles; all of them are held.
    uint32 bundles;
    /// The agreement's number of earlier successions: makes the signature usable once.
    uint32 turn;
    uint64 expiry;
}

/// @dev Two words.
struct Agreement {
    address creator;
    uint32 startEpoch;
    uint32 endPeriod;
    uint8 k;
    uint8 m;
    uint8 batchLog2;
    NodeId heavy;
    uint16 feeBps;
    uint32 quota;
    uint32 bundles;
    uint32 batches;
    /// Batches at the start of `changedEpoch`: draws of that epoch use it, so a commit cannot move a draw.
    uint32 batchesBefore;
    uint32 changedEpoch;
    uint16 turns;
}

/// @dev Two words. Holds batches [first, first + batches) of its agreement.
struct Bundle {
    bytes32 root;
    uint32 first;
    uint32 batches;
    uint32 epoch;
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
}

struct Parameters {
    /// Missed epochs of a period that cost nothing.
    uint32 missAllowance;
    /// Epochs of rent that each miss beyond the allowance costs.
    uint32 penaltyEpochs;
    /// Consecutive misses that make a provider faulted.
    uint32 faultRun;
    /// Epochs of a slot's rent that losing it for cause costs.
    uint32 slashEpochs;
}
