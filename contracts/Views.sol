// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {NodeId, AgreementId, railIdOf} from "./types/Ids.sol";
import {Agreement, Bundle, Challenge, Draw, Entry, Parameters, Place, Renewal, Vacancy} from "./types/Structs.sol";
import {Flow} from "./types/Flow.sol";
import {Book, Setting} from "./types/Book.sol";
import {Bits} from "./libraries/Bits.sol";
import {Timed} from "./libraries/Clock.sol";
import {Faults} from "./libraries/Faults.sol";
import {Network} from "./libraries/Network.sol";
import {Proofs} from "./libraries/Proofs.sol";
import {Rails} from "./libraries/Rails.sol";
import {Slots} from "./libraries/Slots.sol";
import {Permits} from "./Permits.sol";

/// @notice The market's book, and all that can be read from it. `Market` is the only contract that has one, and all that writes to it.
abstract contract Views is EIP712, Timed, Permits {
    using Bits for mapping(uint256 => uint256);

    IRegistry public immutable registry;

    Book internal book;

    constructor(IERC20 token_, IRegistry registry_)
        EIP712("Holdfast", "1")
        Timed(registry_.clock())
        Permits(token_)
    {
        registry = registry_;
    }

    /* ------------------------------------------------------------------ the network and its providers */

    function parameters() external view returns (Parameters memory) {
        return book.parameters;
    }

    /// @notice Proven share of the promised rent over the last epochs, in basis points, and whether only repair goes on.
    function networkHealth() external view returns (uint256 provenBps, bool isRepairOnly) {
        provenBps = Network.provenBps(book, _setting());
        isRepairOnly = provenBps < book.parameters.healthBps;
    }

    /// @notice What `prove` asks of the provider in the current epoch, once its seed is fixed. Empty: nothing to prove.
    function draws(NodeId provider) external view returns (uint32 epoch, Draw[] memory list) {
        return (currentEpoch(), Proofs.list(book, _setting(), provider));
    }

    /// @notice True when the provider, on duty, missed the last `faultRun` epochs in a row. Clears itself with the next proof.
    function isFaulted(NodeId provider) external view returns (bool) {
        return Faults.isFaulted(book, _setting(), provider);
    }

    /* ------------------------------------------------------------------ single records */

    function vacancyOf(AgreementId id, uint256 slot) external view returns (Vacancy memory) {
        return book.vacancies[id][slot];
    }

    function noticeOf(AgreementId id, uint256 slot) external view returns (uint32 fromPeriod) {
        return book.notices[id][slot];
    }

    /// @notice Challenges of the slot that wait for an answer or their end; while there are any, it cannot be handed over.
    function openChallengesOf(AgreementId id, uint256 slot) external view returns (uint32) {
        return book.openChallenges[id][slot];
    }

    function challengeCount() external view returns (uint256) {
        return book.challengeCount;
    }

    /// @notice How many of the provider's slots a draw of the current epoch is made from.
    function slotCountOf(NodeId provider) external view returns (uint256) {
        return Proofs.slotCount(book, currentEpoch(), provider);
    }

    function potOf(AgreementId id) external view returns (uint256) {
        return book.pots[id];
    }

    function renewalOf(AgreementId id) external view returns (Renewal memory) {
        return book.renewals[id];
    }

    function challengeOf(uint256 number) external view returns (Challenge memory) {
        return book.challenges[number];
    }

    function agreementCount() external view returns (uint32) {
        return book.agreementCount;
    }

    function nonceOf(address creator) external view returns (uint32) {
        return book.nonceOf[creator];
    }

    function agreementOf(AgreementId id) external view returns (Agreement memory) {
        return book.agreements[id];
    }

    function bundleOf(AgreementId id, uint32 bundle) external view returns (Bundle memory) {
        return book.bundles[id][bundle];
    }

    function slotOf(AgreementId id, uint256 slot) external view returns (NodeId provider, Entry memory entry) {
        Place memory place;
        (entry, place) = Slots.entryOf(book, id, slot);
        provider = place.provider;
    }

    function seedOf(uint32 epoch) external view returns (bytes32) {
        return book.seeds[epoch];
    }

    function hasProved(NodeId provider, uint32 epoch) external view returns (bool) {
        return book.proofs[provider].has(epoch);
    }

    /// @notice Proven epochs in [from, to).
    function provenEpochs(NodeId provider, uint32 from, uint32 to) external view returns (uint256) {
        return book.proofs[provider].count(from, to);
    }

    function isReported(NodeId provider, uint32 period) external view returns (bool) {
        return book.reported[provider].has(period);
    }

    function railOf(NodeId provider, NodeId heavy, NodeId parent)
        external
        view
        returns (uint96 rate, uint96 fee, uint32 settled)
    {
        Rails.Rail storage rail = book.rails[railIdOf(provider, heavy, parent)];
        Flow flow = Rails.flow(rail);
        return (flow.rateOf(), flow.feeOf(), Rails.settledEpoch(rail));
    }

    function owedToNode(NodeId id) external view returns (uint256) {
        return book.purses[id].owedOf();
    }

    /// @notice Of a provider: what was taken off the fees on its earnings to be burned, ever. Of a heavy node: what waits to be burned.
    function burnedFor(NodeId id) external view returns (uint256) {
        return book.purses[id].burnedOf();
    }

    function owedTo(address account) external view returns (uint256) {
        return book.owedTo[account];
    }

    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /* ------------------------------------------------------------------ inside */

    function _setting() internal view returns (Setting memory) {
        uint32 epoch = currentEpoch();
        return Setting(
            token,
            registry,
            _domainSeparatorV4(),
            epoch,
            epoch / epochsPerPeriod,
            epochsPerPeriod
        );
    }
}
