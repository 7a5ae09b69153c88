// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId} from "./Ids.sol";
import {Cause, Parameters, Terms, SlotOffer} from "./Structs.sol";

event Opened(
    AgreementId indexed id, address indexed creator, NodeId indexed heavy, Terms terms, SlotOffer[] offers, uint256 paid
);
event Committed(
    AgreementId indexed id, uint32 indexed bundle, bytes32 root, uint32 first, uint32 batches, uint64 acknowledged
);
event Acknowledged(AgreementId indexed id, uint32 indexed bundle, uint256 slot);
event SeedFixed(uint32 indexed epoch, bytes32 seed);
event Proved(NodeId indexed provider, uint32 indexed epoch);
event Settled(
    NodeId indexed provider, NodeId indexed heavy, NodeId parent, uint32 upTo, uint256 earned, uint256 fee, uint256 parentFee
);
event MissesReported(
    NodeId indexed provider, uint32 indexed period, uint256 misses, uint256 slashed, address reporter, uint256 reward
);
event Replaced(
    AgreementId indexed id, uint256 indexed slot, NodeId indexed from, NodeId to, uint96 rent, uint256 slashed, uint256 bounty
);
event Closed(AgreementId indexed id, uint32 endPeriod, uint256 refund);
event SlotReleased(AgreementId indexed id, uint256 indexed slot, NodeId indexed provider, uint256 refund);
event Refunded(AgreementId indexed id, address indexed creator, uint256 amount);
event NodePaid(NodeId indexed id, address to, uint256 amount);
event AccountPaid(address indexed account, uint256 amount);
event FeesBurned(NodeId indexed heavy, uint256 amount);
event Vacated(
    AgreementId indexed id, uint256 indexed slot, NodeId indexed provider, Cause cause, uint256 slashed, uint256 refund
);
event Noticed(AgreementId indexed id, uint256 indexed slot, NodeId provider, uint32 fromPeriod);
event Retired(AgreementId indexed id, uint32 indexed bundle, uint32 batches);
event Challenged(
    uint256 indexed challenge,
    AgreementId indexed id,
    uint256 indexed slot,
    uint32 bundle,
    uint32 batch,
    uint32 leaf,
    uint32 deadlineEpoch
);
event Answered(uint256 indexed challenge, NodeId indexed provider, uint256 bond);
event ChallengeEnded(uint256 indexed challenge, bool slotLost);
event Extended(AgreementId indexed id, uint32 endPeriod, uint256 paid, address payer);
event Grown(AgreementId indexed id, uint32 quota, uint256 paid);
event ToppedUp(AgreementId indexed id, address from, uint256 amount);
event PotTaken(AgreementId indexed id, uint256 amount);
event RenewalAuthorised(AgreementId indexed id, uint128 maxPerPeriod, uint32 untilPeriod);
event Locked(AgreementId indexed id);
event SessionSet(address indexed creator, address indexed key, uint64 expiry);
event ParametersChanged(Parameters parameters);
