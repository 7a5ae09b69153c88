// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {NodeId, AgreementId, RailId} from "./Ids.sol";
import {Agreement, Bundle, Challenge, Parameters, Renewal, Vacancy} from "./Structs.sol";
import {Purse} from "./Purse.sol";
import {Standing} from "./Standing.sol";
import {Rails} from "../libraries/Rails.sol";
import {Sampling} from "../libraries/Sampling.sol";

/// @notice All storage of the market, so that its rules can live in libraries.
struct Book {
    uint32 agreementCount;
    mapping(address => uint32) nonceOf;
    mapping(AgreementId => Agreement) agreements;
    /// Per slot: provider << 32 | class << 16 | index.
    mapping(AgreementId => uint64[64]) places;
    mapping(AgreementId => mapping(uint256 => Bundle)) bundles;
    mapping(NodeId => Sampling.Pool) pools;
    /// Epoch => seed, kept for ever.
    mapping(uint256 => bytes32) seeds;
    /// Bit per epoch.
    mapping(NodeId => mapping(uint256 => uint256)) proofs;
    /// Bit per period.
    mapping(NodeId => mapping(uint256 => uint256)) reported;
    mapping(RailId => Rails.Rail) rails;
    /// Settled and not yet withdrawn.
    mapping(NodeId => Purse) purses;
    mapping(address => uint256) owedTo;
    /// The two of the network's health lie in `standing` too, where they are read.
    Parameters parameters;
    Standing standing;
    /// Newest epochs' proven shares, see Network.
    uint256 health;
    /// Period => rent of the whole network that ends when the period begins.
    mapping(uint256 => uint256) standingDrops;
    mapping(AgreementId => mapping(uint256 => Vacancy)) vacancies;
    /// Per slot: the period from which the creator's notice holds, 0 for none.
    mapping(AgreementId => uint32[64]) notices;
    mapping(AgreementId => uint256) pots;
    mapping(AgreementId => Renewal) renewals;
    uint256 challengeCount;
    mapping(uint256 => Challenge) challenges;
    /// Per slot: challenges that wait for an answer or their end.
    mapping(AgreementId => uint32[64]) openChallenges;
    /// Creator => session key => Unix second until which it may act.
    mapping(address => mapping(address => uint64)) sessions;
}

/// @notice What a rule needs to know beside the book. Built once per call.
struct Setting {
    IERC20 token;
    IRegistry registry;
    bytes32 domainSeparator;
    uint32 epoch;
    uint32 period;
    uint32 epochsPerPeriod;
}
