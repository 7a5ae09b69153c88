// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId} from "../types/Ids.sol";
import {Draw} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Draws} from "./Draws.sol";
import {Network} from "./Network.sol";
import {Sampling} from "./Sampling.sol";

/// @notice An epoch's proof, and the list of what it asks. Linked as a library of its own to keep the market's code small.
library Proofs {
    using Bits for mapping(uint256 => uint256);
    using Sampling for Sampling.Pool;

    /// @notice Fixes the seed of the current epoch, once.
    function poke(Book storage book, Setting memory setting) external returns (bytes32 seed) {
        seed = book.seeds[setting.epoch];
        if (seed != 0) return seed;
        Network.roll(book, setting);
        seed = keccak256(abi.encode(block.prevrandao, blockhash(block.number - 1), address(this), setting.epoch));
        book.seeds[setting.epoch] = seed;
        emit SeedFixed(setting.epoch, seed);
    }

    function prove(Book storage book, Setting memory setting, NodeId provider, bytes calldata proof) external {
        Draws.Lot memory lot = _lot(book, setting, provider);
        require(!book.proofs[provider].has(setting.epoch), AlreadyProven(provider, setting.epoch));
        require(lot.slots != 0, NothingToProve(provider));
        uint256 cursor;
        for (uint256 sample; sample < Draws.SAMPLES; ++sample) {
            Draw memory d = Draws.draw(book, setting, lot, sample);
            if (!d.isVoid) cursor = Draws.verify(book, setting, proof, cursor, d, sample);
        }
        require(cursor == proof.length, ProofTooLong(cursor, proof.length));
        book.proofs[provider].set(setting.epoch);
        Network.note(book, setting, provider);
        emit Proved(provider, setting.epoch);
    }

    function list(Book storage book, Setting memory setting, NodeId provider)
        external
        view
        returns (Draw[] memory draws)
    {
        Draws.Lot memory lot = _lot(book, setting, provider);
        if (lot.slots == 0) return draws;
        draws = new Draw[](Draws.SAMPLES);
        for (uint256 sample; sample < Draws.SAMPLES; ++sample) {
            Draw memory d = Draws.draw(book, setting, lot, sample);
            if (!d.isVoid) Draws.follow(book, setting, d);
            draws[sample] = d;
        }
    }

    /// @notice How many slots a draw of the epoch is made from.
    function slotCount(Book storage book, uint32 epoch, NodeId provider) external view returns (uint256) {
        return Sampling.slotCount(book.pools[provider].sizesAt(epoch));
    }

    function _lot(Book storage book, Setting memory setting, NodeId provider)
        private
        view
        returns (Draws.Lot memory)
    {
        bytes32 seed = book.seeds[setting.epoch];
        require(seed != 0, SeedUnknown(setting.epoch));
        uint256 rejections = book.proofs[provider][setting.epoch >> 8] == 0 ? Draws.FRESH_WORD : 0;
        return Draws.lotOf(seed, provider, book.pools[provider].sizesAt(setting.epoch), rejections);
    }
}
