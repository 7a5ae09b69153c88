// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId} from "./Ids.sol";

error NotCreator(address caller, address creator);
error WrongNonce(uint32 have, uint32 need);
error BadScheme(uint256 k, uint256 m, uint256 offers);
error BadBatchSize(uint256 batchLog2, uint256 min, uint256 max);
error BadTerm(uint32 endPeriod, uint32 currentPeriod, uint32 latest);
error FeeTooHigh(uint256 feeBps, uint256 max);
error NotAHeavyNode(NodeId id);
error OfferExpired(NodeId provider, uint64 expiry, uint256 nowSeconds);
error BadSignature(NodeId provider, address signer, address operator);
error ProviderTwice(NodeId provider);
error RegionFull(uint16 region, uint256 max);
error CostAboveLimit(uint256 cost, uint256 limit);
error PaymentShort(uint256 received, uint256 need);
error AgreementOver(AgreementId id, uint32 endPeriod, uint32 currentPeriod);
error AgreementRunning(AgreementId id, uint32 endPeriod, uint32 currentPeriod);
error QuotaExceeded(AgreementId id, uint256 wanted, uint256 quota);
error TooFewReceipts(uint256 have, uint256 need);
error BadReceipts(uint64 slots, uint256 signatureBytes);
error EmptyBundle();
error NoSuchBundle(AgreementId id, uint32 bundle, uint32 bundles);
error AlreadyAcknowledged(AgreementId id, uint32 bundle, uint256 slot);
error AlreadyProven(NodeId provider, uint32 epoch);
error SeedUnknown(uint32 epoch);
error NothingToProve(NodeId provider);
error PruneFirst(NodeId provider, uint256 sample);
error WrongBundle(uint256 sample, uint32 bundle, uint256 batch);
error InvalidPath(uint256 sample);
error ProofTooLong(uint256 used, uint256 have);
error NoSuchSlot(AgreementId id, uint256 slot);
error SlotNotFaulted(AgreementId id, uint256 slot, NodeId provider);
error PriceAboveSlot(uint96 rent, uint96 slotRent);
error WrongSuccession(uint32 bundles, uint32 needBundles, uint32 turn, uint32 needTurn);
error DrawPending(NodeId provider, uint32 epoch);
error CannotReport(uint32 period, uint32 currentPeriod);
error NothingOwed(address account);
error WrongRegistry(address registryMarket, address market);
error NoSuchAgreement(AgreementId id);
error NotOperatorOf(NodeId provider, address caller, address operator);
error AlreadyRetired(AgreementId id, uint32 bundle);
error NoSuchChallenge(uint256 challenge);
error AnswerDue(uint256 challenge, uint32 currentEpoch, uint32 deadlineEpoch);
error AnswerLate(uint256 challenge, uint32 currentEpoch, uint32 deadlineEpoch);
error NotAcknowledged(AgreementId id, uint32 bundle, uint256 slot);
error NoSuchLeaf(uint256 batch, uint256 batches, uint256 leaf, uint256 leaves);
error PotShort(AgreementId id, uint256 have, uint256 need);
error RenewalNotAuthorised(
    AgreementId id, uint256 costPerPeriod, uint256 maxPerPeriod, uint32 endPeriod, uint32 untilPeriod
);
error TermsDiffer(AgreementId id);
error RepairOnly(uint256 provenBps, uint256 neededBps);
error ParameterOutOfBounds(uint256 which, uint256 value, uint256 min, uint256 max);
error LengthsDiffer(uint256 a, uint256 b);
error SessionExpired(address key, uint64 expiry, uint256 nowSeconds);
