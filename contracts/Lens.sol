// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Market} from "./Market.sol";
import {Registry} from "./Registry.sol";
import {NodeId, AgreementId} from "./types/Ids.sol";
import {Agreement, Challenge, Entry, Parameters, Renewal, Tier, TierRules, Vacancy} from "./types/Structs.sol";

/// @notice Views for user interfaces: several reads in one call. Holds nothing and is called by no contract.
contract Lens {
    struct SlotView {
        NodeId provider;
        NodeId parent;
        uint96 rent;
        uint32 startEpoch;
        bool faulted;
        bool provedThisEpoch;
        /// Rent 0: not vacant.
        Vacancy vacancy;
        /// Period from which the creator's notice holds; 0: none.
        uint32 noticeFrom;
        uint32 openChallenges;
    }

    struct AgreementView {
        AgreementId id;
        Agreement agreement;
        /// Empty slots (released) have provider 0.
        SlotView[] slots;
        /// What renewals are paid from, and what its creator authorised.
        uint256 pot;
        Renewal renewal;
        /// Providers keep and serve the bytes before this epoch, proven until the end and then on their word.
        uint256 keptUntilEpoch;
    }

    struct ChallengeView {
        uint256 number;
        Challenge challenge;
    }

    /// @dev Amounts in token units.
    struct Statement {
        /// Promised rent: what the next proof earns, fees included.
        uint256 perEpoch;
        /// Settled and not withdrawn. What is not settled yet: `unsettled`.
        uint256 owed;
        uint256 stake;
        /// Stake that stands behind promises.
        uint256 locked;
        uint256 queued;
        uint32 withdrawableAtEpoch;
        /// Neither locked nor on its way out: may be promised or queued.
        uint256 free;
        /// Misses of the running period so far, and how many are allowed.
        uint256 misses;
        uint256 missAllowance;
        /// What those misses will cost once they are reported, at the rent of now.
        uint256 penalty;
        /// What losing every slot for cause would cost, at most the stake.
        uint256 atRisk;
        bool faulted;
    }

    struct NetworkView {
        uint32 epoch;
        uint32 period;
        bytes32 seed;
        uint32 agreements;
        uint32 nodes;
        uint256 challenges;
        /// Proven share of the promised rent over the last epochs, basis points.
        uint256 provenBps;
        bool isRepairOnly;
        Parameters parameters;
    }

    struct NodeView {
        NodeId id;
        address operator;
        address payout;
        Tier tier;
        uint16 region;
        NodeId parent;
        string endpoint;
        uint256 stake;
        uint256 queued;
        uint256 required;
        uint256 owed;
        bool faulted;
    }

    uint256 private constant WAD = 1e18;
    uint256 private constant MAX_SAMPLES = 256;

    error ShareAboveOne(uint256 wad, uint256 max);
    error TooManySamples(uint256 samples, uint256 max);

    Market public immutable market;
    Registry public immutable registry;

    constructor(Market market_, Registry registry_) {
        market = market_;
        registry = registry_;
    }

    function agreement(AgreementId id) public view returns (AgreementView memory v) {
        v.id = id;
        v.agreement = market.agreementOf(id);
        v.slots = new SlotView[](uint256(v.agreement.k) + v.agreement.m);
        v.pot = market.potOf(id);
        v.renewal = market.renewalOf(id);
        v.keptUntilEpoch =
            uint256(v.agreement.endPeriod) * market.epochsPerPeriod() + market.parameters().graceEpochs;
        for (uint256 i; i < v.slots.length; ++i) {
            v.slots[i].vacancy = market.vacancyOf(id, i);
            v.slots[i].noticeFrom = market.noticeOf(id, i);
            v.slots[i].openChallenges = market.openChallengesOf(id, i);
            try market.slotOf(id, i) returns (NodeId provider, Entry memory entry) {
                SlotView memory s = v.slots[i];
                (s.provider, s.parent, s.rent, s.startEpoch) = (provider, entry.parent, entry.rent, entry.startEpoch);
                s.faulted = market.isFaulted(provider);
                s.provedThisEpoch = market.hasProved(provider, market.currentEpoch());
            } catch {} // solhint-disable-line no-empty-blocks
        }
    }

    /// @notice Nodes with ids [from, from + count), as far as they exist.
    function nodes(uint32 from, uint32 count) external view returns (NodeView[] memory list) {
        uint32 end = from + count;
        uint32 last = registry.nodeCount();
        if (end > last + 1) end = last + 1;
        if (from >= end) return list;
        list = new NodeView[](end - from);
        for (uint32 i = from; i < end; ++i) {
            list[i - from] = node(NodeId.wrap(i));
        }
    }

    function node(NodeId id) public view returns (NodeView memory v) {
        Registry.Node memory n = registry.nodeOf(id);
        (uint128 amount, uint96 queued,) = registry.stakes(id);
        v = NodeView(
            id,
            n.operator,
            n.payout,
            n.tier,
            n.region,
            n.parent,
            registry.endpointOf(id),
            amount,
            queued,
            registry.requiredStake(id),
            market.owedToNode(id),
            market.isFaulted(id)
        );
    }

    /// @notice Challenges with numbers [from, from + count) that wait for an answer or their end.
    function challenges(uint256 from, uint256 count) external view returns (ChallengeView[] memory list) {
        uint256 end = from + count;
        uint256 last = market.challengeCount();
        if (end > last + 1) end = last + 1;
        if (from >= end) return list;
        list = new ChallengeView[](end - from);
        uint256 found;
        for (uint256 number = from; number < end; ++number) {
            Challenge memory c = market.challengeOf(number);
            if (c.challenger != address(0)) list[found++] = ChallengeView(number, c);
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(list, found)
        }
    }

    /// @notice Where a provider stands.
    function statement(NodeId id) external view returns (Statement memory s) {
        (uint96 rent,, uint32 sinceEpoch,, Tier tier) = registry.dutyOf(id);
        TierRules memory rules = _rulesOf(tier);
        (uint128 stake, uint96 queued, uint32 withdrawableAtEpoch) = registry.stakes(id);
        s.perEpoch = rent;
        s.owed = market.owedToNode(id);
        (s.stake, s.queued, s.withdrawableAtEpoch) = (stake, queued, withdrawableAtEpoch);
        s.locked = registry.requiredStake(id);
        s.free = stake - queued > s.locked ? stake - queued - s.locked : 0;
        s.misses = _missesSoFar(id, rent, sinceEpoch);
        s.missAllowance = rules.missAllowance;
        if (s.misses > rules.missAllowance) {
            s.penalty = _min((s.misses - rules.missAllowance) * rules.penaltyEpochs * rent, stake);
        }
        s.atRisk = _min(uint256(rules.slashEpochs) * rent, stake);
        s.faulted = market.isFaulted(id);
    }

    /// @notice What the provider's rails with these heavy nodes and parents have earned and nobody has settled yet, fees included. For
    /// `eth_call`: as a transaction it settles them.
    function unsettled(NodeId provider, NodeId[] calldata heavies, NodeId[] calldata parents)
        external
        returns (uint256 pay)
    {
        for (uint256 i; i < heavies.length; ++i) {
            for (uint256 j; j < parents.length; ++j) {
                pay += market.settle(provider, heavies[i], parents[j]);
            }
        }
    }

    function network() external view returns (NetworkView memory v) {
        (v.epoch, v.period) = (market.currentEpoch(), market.currentPeriod());
        v.seed = market.seedOf(v.epoch);
        v.agreements = market.agreementCount();
        v.nodes = registry.nodeCount();
        v.challenges = market.challengeCount();
        (v.provenBps, v.isRepairOnly) = market.networkHealth();
        v.parameters = market.parameters();
    }

    /// @notice How likely one epoch finds that a provider lacks this share of its leaves: 1 - (1 - lost)^samples.
    /// @param lost share, 10^18 meaning all
    /// @return odds 10^18 meaning certain; rounds in the provider's favour
    function odds(uint256 lost, uint256 samples) public pure returns (uint256) {
        require(lost <= WAD, ShareAboveOne(lost, WAD));
        require(samples <= MAX_SAMPLES, TooManySamples(samples, MAX_SAMPLES));
        uint256 passed = WAD;
        for (uint256 i; i < samples; ++i) {
            passed = (passed * (WAD - lost) + WAD - 1) / WAD;
        }
        return WAD - passed;
    }

    /// @notice How likely `epochs` find that the provider lacks this share of one slot's leaves, and nothing else:
    /// 1 - ((1 - lost/N) (1 - lost w)^4)^epochs, with N its number of slots and w the slot's share of its rent. The slot counts as full.
    function slotOdds(AgreementId id, uint256 slot, uint256 lost, uint256 epochs) external view returns (uint256) {
        require(lost <= WAD, ShareAboveOne(lost, WAD));
        require(epochs <= MAX_SAMPLES, TooManySamples(epochs, MAX_SAMPLES));
        (NodeId provider, Entry memory entry) = market.slotOf(id, slot);
        uint256 slots = market.slotCountOf(provider);
        if (slots == 0) return 0;
        uint256 uniform = WAD - lost / slots;
        uint256 weighted = WAD - odds(lost * entry.rent / registry.rentOf(provider), 4);
        return odds(WAD - uniform * weighted / WAD, epochs);
    }

    function _missesSoFar(NodeId id, uint96 rent, uint32 sinceEpoch) private view returns (uint256) {
        uint32 epoch = market.currentEpoch();
        uint32 from = market.currentPeriod() * market.epochsPerPeriod();
        if (from <= sinceEpoch) from = sinceEpoch + 1;
        if (rent == 0 || from >= epoch) return 0;
        return epoch - from - market.provenEpochs(id, from, epoch);
    }

    function _rulesOf(Tier tier) private view returns (TierRules memory) {
        Parameters memory p = market.parameters();
        if (tier == Tier.Archival) return p.archival;
        return tier == Tier.Edge ? p.edge : p.standard;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
