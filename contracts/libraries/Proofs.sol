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

    function prove(Book storage book, Setting memory setting, NodeId provider, bytes calldata proof) external {
        (bytes32 seed, uint256 sizes) = _challenge(book, setting, provider);
        require(!book.proofs[provider].has(setting.epoch), AlreadyProven(provider, setting.epoch));
        require(sizes != 0, NothingToProve(provider));
        uint256 cursor;
        for (uint256 sample; sample < Draws.SAMPLES; ++sample) {
            Draw memory d = Draws.draw(book, setting, provider, seed, sizes, sample);
            if (!d.isVoid) cursor = Draws.verify(book, setting, proof, cursor, d, sample);
        }
        require(cursor == proof.length, ProofTooLong(cursor, proof.length));
        book.proofs[provider].set(setting.epoch);
        Network.note(book, setting, setting.registry.rollDuty(provider));
        emit Proved(provider, setting.epoch);
    }

    function list(Book storage book, Setting memory setting, NodeId provider)
        external
        view
        returns (Draw[] memory draws)
    {
        (bytes32 seed, uint256 sizes) = _challenge(book, setting, provider);
        if (sizes == 0) return draws;
        draws = new Draw[](Draws.SAMPLES);
        for (uint256 sample; sample < Draws.SAMPLES; ++sample) {
            Draw memory d = Draws.draw(book, setting, provider, seed, sizes, sample);
            if (!d.isVoid) Draws.follow(book, setting, d);
            draws[sample] = d;
        }
    }

    function _challenge(Book storage book, Setting memory setting, NodeId provider)
        private
        view
        returns (bytes32 seed, uint256 sizes)
    {
        seed = book.seeds[setting.epoch];
        require(seed != 0, SeedUnknown(setting.epoch));
        sizes = book.pools[provider].sizesAt(setting.epoch);
    }
}
