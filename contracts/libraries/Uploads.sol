// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AgreementId} from "../types/Ids.sol";
import {Agreement, Bundle} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Network} from "./Network.sol";
import {Signers} from "./Signers.sol";

/// @notice A bundle's life: committed, acknowledged late, retired. Linked as a library of its own to keep the market's code small.
library Uploads {
    using SafeCast for uint256;

    function commit(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        bytes32 root,
        uint32 batches,
        uint64 slots,
        bytes calldata receipts
    ) external {
        Agreement storage agreement = book.agreements[id];
        Signers.requireCreator(book, agreement.creator);
        require(setting.period < agreement.endPeriod, AgreementOver(id, agreement.endPeriod, setting.period));
        Network.requireHealthy(book, setting);
        require(batches > 0, EmptyBundle());
        uint32 first = agreement.batches;
        uint256 wanted = uint256(first) + batches - agreement.retiredBatches;
        require(wanted <= agreement.quota, QuotaExceeded(id, wanted, agreement.quota));
        _checkQuorum(agreement, slots, receipts.length);
        uint32 bundle = agreement.bundles;
        Signers.requireReceipts(book, setting, id, bundle, root, batches, slots, receipts);

        if (agreement.changedEpoch != setting.epoch) {
            agreement.changedEpoch = setting.epoch;
            agreement.batchesBefore = first;
        }
        agreement.batches = (uint256(first) + batches).toUint32();
        agreement.bundles = bundle + 1;
        book.bundles[id][bundle] = Bundle(root, first, batches, setting.epoch, 0, slots);
        emit Committed(id, bundle, root, first, batches, slots);
    }

    function acknowledge(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        uint32 bundle,
        uint256 slot,
        bytes calldata receipt
    ) external {
        Agreement storage agreement = book.agreements[id];
        require(bundle < agreement.bundles, NoSuchBundle(id, bundle, agreement.bundles));
        require(slot < agreement.k + agreement.m, NoSuchSlot(id, slot));
        uint64 mask = uint64(1) << uint64(slot);
        require(receipt.length == 64, BadReceipts(mask, receipt.length));
        Bundle storage b = book.bundles[id][bundle];
        require(b.acknowledged & mask == 0, AlreadyAcknowledged(id, bundle, slot));
        Signers.requireReceipts(book, setting, id, bundle, b.root, b.batches, mask, receipt);
        b.acknowledged |= mask;
        emit Acknowledged(id, bundle, slot);
    }

    /// @notice The creator gives a bundle up: its quota is free again; draws pass it over from the next epoch on. Not in a locked
    /// agreement: there others may pay for it.
    function retire(Book storage book, Setting memory setting, AgreementId id, uint32 bundle) external {
        Agreement storage agreement = book.agreements[id];
        Signers.requireCreator(book, agreement.creator);
        require(!book.renewals[id].isLocked, AgreementLocked(id, agreement.endPeriod));
        require(bundle < agreement.bundles, NoSuchBundle(id, bundle, agreement.bundles));
        Bundle storage b = book.bundles[id][bundle];
        require(b.retired == 0, AlreadyRetired(id, bundle));
        b.retired = setting.epoch + 1;
        agreement.retiredBatches += b.batches;
        emit Retired(id, bundle, b.batches);
    }

    /// @dev More than half of the parity beside the data: an upload survives losses from its first moment.
    function _checkQuorum(Agreement storage agreement, uint64 slots, uint256 receiptBytes) private view {
        uint256 k = agreement.k;
        uint256 m = agreement.m;
        uint256 count = Bits.popcount(slots);
        require(count >= k + (m + 1) / 2, TooFewReceipts(count, k + (m + 1) / 2));
        // A shift by 64 gives 0 for any uint64: all 64 slots are valid then.
        require(receiptBytes == count * 64 && slots >> (k + m) == 0, BadReceipts(slots, receiptBytes));
    }
}
