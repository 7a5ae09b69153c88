// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {Agreement, Challenge, Vacancy} from "../../contracts/types/Structs.sol";
import {IMarket, IStakes, IToken} from "./Contracts.sol";
import {Handler} from "./Handler.sol";
import {Ghosts} from "./Ghosts.sol";
import {Town} from "./Town.sol";
import {vm} from "./Vm.sol";

/// @notice What the contracts say, added up. Whatever a check changes is undone after it.
abstract contract Books {
    uint32 internal constant EPOCHS = 4;
    uint256 internal constant EPOCH_SECONDS = 100;
    uint256 internal constant STAKE_EPOCHS = 10;

    Handler internal handler;
    IMarket internal market;
    IStakes internal registry;
    IToken internal token;
    Town.Actor[] internal heavies;
    Town.Actor[] internal providers;
    address[] internal accounts;

    function _begin(uint16 healthBps) internal {
        handler = _newHandler(healthBps);
        (market, registry, token) = (handler.market(), handler.registry(), handler.token());
        (Town.Actor[] memory h, Town.Actor[] memory p, address[] memory a) = handler.people();
        for (uint256 i; i < h.length; ++i) {
            heavies.push(h[i]);
        }
        for (uint256 i; i < p.length; ++i) {
            providers.push(p[i]);
        }
        for (uint256 i; i < a.length; ++i) {
            accounts.push(a[i]);
        }
    }

    function _newHandler(uint16 healthBps) internal virtual returns (Handler) {
        return new Handler(healthBps);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev A check adds everything up: now and then is enough, since what is lost stays lost.
    modifier nowAndThen(uint256 every) {
        if (handler.acts() % every != 0) return;
        vm.warp(handler.time());
        _;
    }

    function _settleAll() internal {
        for (uint256 i; i < providers.length; ++i) {
            for (uint256 h; h < heavies.length; ++h) {
                for (uint256 p; p < heavies.length; ++p) {
                    market.settle(providers[i].id, heavies[h].id, heavies[p].id);
                }
            }
        }
    }

    /// @notice Owed to nodes and accounts, and fees that wait to be burned.
    function _owed() internal view returns (uint256 total) {
        for (uint256 i; i < providers.length; ++i) {
            total += market.owedToNode(providers[i].id);
        }
        for (uint256 i; i < heavies.length; ++i) {
            total += market.owedToNode(heavies[i].id) + market.burnedFor(heavies[i].id);
        }
        for (uint256 i; i < accounts.length; ++i) {
            total += market.owedTo(accounts[i]);
        }
    }

    /// @notice Pots, and the bonds of challenges that are open.
    function _deposits() internal view returns (uint256 total) {
        for (uint32 id = 1; id <= market.agreementCount(); ++id) {
            total += market.potOf(AgreementId.wrap(id));
        }
        uint256[] memory numbers = handler.challenges();
        for (uint256 i; i < numbers.length; ++i) {
            total += market.challengeOf(numbers[i]).bond;
        }
    }

    /// @notice Rent paid for and, after every rail is settled, not yet earned; what waits in vacancies.
    function _prepaid() internal view returns (uint256 total) {
        AgreementId[] memory ids = handler.living();
        uint256 epoch = market.currentEpoch();
        for (uint256 i; i < ids.length; ++i) {
            uint256 end = uint256(market.agreementOf(ids[i]).endPeriod) * EPOCHS;
            for (uint256 slot; slot < handler.slotsOf(ids[i]); ++slot) {
                (bool isHeld, Ghosts.Slot memory s) = handler.slotAt(ids[i], slot);
                Vacancy memory v = market.vacancyOf(ids[i], slot);
                if (isHeld) {
                    uint32 to = uint32(epoch < end ? epoch : end);
                    uint256 proven = market.provenEpochs(s.provider, s.entry.startEpoch, to);
                    total += s.entry.rent * (end - s.entry.startEpoch - proven);
                } else if (v.rent > 0) {
                    total += v.rent * (end - v.sinceEpoch) + v.reward;
                }
            }
        }
    }

    /// @notice Everything ends, and everybody takes what is theirs.
    function _leave() internal {
        uint256 last = market.currentEpoch() + 10;
        for (uint32 id = 1; id <= market.agreementCount(); ++id) {
            uint256 end = uint256(market.agreementOf(AgreementId.wrap(id)).endPeriod) * EPOCHS;
            if (end > last) last = end;
        }
        _goTo(last);
        uint256[] memory numbers = handler.challenges();
        for (uint256 i; i < numbers.length; ++i) {
            market.endChallenge(numbers[i]);
        }
        for (uint32 i = 1; i <= market.agreementCount(); ++i) {
            _end(AgreementId.wrap(i));
        }
        _settleAll();
        for (uint256 i; i < heavies.length; ++i) {
            if (market.owedToNode(heavies[i].id) > 0) market.withdrawNode(heavies[i].id);
        }
        for (uint256 i; i < accounts.length; ++i) {
            if (market.owedTo(accounts[i]) == 0) continue;
            vm.prank(accounts[i]);
            market.withdraw();
        }
        for (uint256 i; i < providers.length; ++i) {
            NodeId id = providers[i].id;
            if (market.owedToNode(id) > 0) market.withdrawNode(id);
            (uint128 amount, uint96 queued,) = registry.stakes(id);
            vm.prank(registry.operatorOf(id));
            registry.queueWithdrawal(id, uint96(amount) - queued);
        }
        _goTo(last + 10);
        for (uint256 i; i < providers.length; ++i) {
            (uint128 amount,,) = registry.stakes(providers[i].id);
            if (amount > 0) registry.withdrawStake(providers[i].id);
        }
    }

    function _goTo(uint256 epoch) internal {
        vm.warp(1_000_000 + epoch * EPOCH_SECONDS);
    }

    function _end(AgreementId id) private {
        Agreement memory a = market.agreementOf(id);
        for (uint256 slot; slot < uint256(a.k) + a.m; ++slot) {
            (bool isHeld,) = handler.slotAt(id, slot);
            if (isHeld || market.vacancyOf(id, slot).rent > 0) market.release(id, uint64(1) << uint64(slot));
        }
        uint256 pot = market.potOf(id);
        vm.prank(a.creator);
        market.takePot(id, pot);
    }
}
