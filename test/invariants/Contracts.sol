// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {
    Agreement,
    Bundle,
    Challenge,
    Draw,
    Entry,
    Parameters,
    SlotOffer,
    Succession,
    Terms,
    Tier,
    Vacancy
} from "../../contracts/types/Structs.sol";

/// @notice The contracts as callers see them, so that a change in their code compiles these tests anew only when it changes an interface.
interface IMarket {
    function open(Terms calldata terms, SlotOffer[] calldata offers, uint256 maxCost) external returns (AgreementId);
    function commit(AgreementId id, bytes32 root, uint32 batches, uint64 slots, bytes calldata receipts) external;
    function acknowledge(AgreementId id, uint32 bundle, uint256 slot, bytes calldata receipt) external;
    function retire(AgreementId id, uint32 bundle) external;
    function close(AgreementId id) external;
    function release(AgreementId id, uint64 slots) external;
    function extend(AgreementId id, uint32 newEnd, bytes calldata signatures) external;
    function renew(AgreementId id, uint32 newEnd, bytes calldata signatures) external;
    function grow(AgreementId id, Terms calldata terms, SlotOffer[] calldata offers, uint256 maxCost) external;
    function topUp(AgreementId id, uint256 amount) external;
    function takePot(AgreementId id, uint256 amount) external;
    function authoriseRenewal(AgreementId id, uint128 maxPerPeriod, uint32 untilPeriod) external;
    function lock(AgreementId id) external;
    function dismiss(AgreementId id, uint256 slot, uint32 bundle) external;
    function poke() external returns (bytes32);
    function prove(NodeId provider, bytes calldata proof) external;
    function proveMany(NodeId[] calldata providers, bytes[] calldata proofs) external returns (uint256);
    function settle(NodeId provider, NodeId heavy, NodeId parent) external returns (uint256);
    function withdrawNode(NodeId id) external returns (uint256);
    function withdraw() external returns (uint256);
    function reportMisses(NodeId[] calldata providers, uint32 period) external;
    function replace(Succession calldata succession, bytes calldata signature) external;
    function surrender(AgreementId id, uint256 slot) external;
    function giveNotice(AgreementId id, uint256 slot) external;
    function challenge(AgreementId id, uint256 slot, uint32 bundle, uint32 batch, uint32 leaf) external returns (uint256);
    function answer(uint256 number, bytes calldata proof) external;
    function endChallenge(uint256 number) external;

    function currentEpoch() external view returns (uint32);
    function currentPeriod() external view returns (uint32);
    function domainSeparator() external view returns (bytes32);
    function nonceOf(address creator) external view returns (uint32);
    function agreementCount() external view returns (uint32);
    function agreementOf(AgreementId id) external view returns (Agreement memory);
    function bundleOf(AgreementId id, uint32 bundle) external view returns (Bundle memory);
    function slotOf(AgreementId id, uint256 slot) external view returns (NodeId, Entry memory);
    function vacancyOf(AgreementId id, uint256 slot) external view returns (Vacancy memory);
    function challengeOf(uint256 number) external view returns (Challenge memory);
    function draws(NodeId provider) external view returns (uint32, Draw[] memory);
    function seedOf(uint32 epoch) external view returns (bytes32);
    function hasProved(NodeId provider, uint32 epoch) external view returns (bool);
    function provenEpochs(NodeId provider, uint32 from, uint32 to) external view returns (uint256);
    function railOf(NodeId provider, NodeId heavy, NodeId parent) external view returns (uint96, uint96, uint32);
    function owedToNode(NodeId id) external view returns (uint256);
    function burnedFor(NodeId id) external view returns (uint256);
    function owedTo(address account) external view returns (uint256);
    function potOf(AgreementId id) external view returns (uint256);
    function networkHealth() external view returns (uint256 provenBps, bool isRepairOnly);
    function parameters() external view returns (Parameters memory);
}

interface IStakes {
    function register(Tier tier, uint16 region, NodeId parent, address payout, string calldata endpoint)
        external
        returns (NodeId);
    function setParent(NodeId id, NodeId parent) external;
    function addStake(NodeId id, uint128 amount) external;
    function queueWithdrawal(NodeId id, uint96 amount) external;
    function withdrawStake(NodeId id) external returns (uint256);
    function requiredStake(NodeId id) external view returns (uint256);
    function stakes(NodeId id) external view returns (uint128 amount, uint96 queued, uint32 withdrawableAtEpoch);
    function parentOf(NodeId id) external view returns (NodeId);
    function bookedPeriodOf(NodeId id) external view returns (uint32);
    function payoutOf(NodeId id) external view returns (address);
    function operatorOf(NodeId id) external view returns (address);
    function nameOperator(NodeId id, address operator) external;
    function acceptOperator(NodeId id) external;
}

interface IToken is IERC20 {}
