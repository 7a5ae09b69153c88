// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Market} from "./Market.sol";
import {AgreementId, NodeId} from "./types/Ids.sol";
import {Agreement, Entry} from "./types/Structs.sol";
import {PaymentShort} from "./types/Errors.sol";
import {Payments} from "./libraries/Payments.sol";

/// @notice Principal that keeps an agreement alive: it pays one extension after the other, each only when the term before was proven, and
/// never above a price that the founder fixed. While the agreement runs nobody, the founder included, can take the principal out; when it
/// has ended, what is left goes back to the founder. Optional yield (ERC-4626).
/// @dev Refunds of an agreement go to its creator, whoever paid: endow only agreements whose creator is trusted with one period's rent.
contract Endowment is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    struct Fund {
        /// Token units, or shares of the vault.
        uint256 principal;
        IERC4626 vault;
        /// Highest cost of one period that the fund pays.
        uint128 maxPerPeriod;
        /// Proven share of the slot-epochs of the last period that a release needs, in basis points.
        uint16 minProvenBps;
        /// The fund pays at most once per period.
        uint32 paidInPeriod;
        address founder;
    }

    error NoFund(AgreementId id);
    error FundExists(AgreementId id);
    error BadVault(address asset, address token);
    error BadShare(uint256 bps);
    error PriceAboveBound(uint256 perPeriod, uint256 max);
    error ProvenTooLittle(uint256 provenBps, uint256 neededBps);
    error AlreadyPaid(AgreementId id, uint32 period);
    error ZeroAmount();
    error NotFounder(AgreementId id, address caller, address founder);
    error StillRunning(AgreementId id, uint32 endPeriod, uint32 currentPeriod);

    event Founded(AgreementId indexed id, address vault, uint128 maxPerPeriod, uint16 minProvenBps);
    event Endowed(AgreementId indexed id, address indexed from, uint256 amount);
    event Released(AgreementId indexed id, uint32 endPeriod, uint256 amount);
    event Reclaimed(AgreementId indexed id, address founder, uint256 principal);

    Market public immutable market;
    IERC20 public immutable token;
    mapping(AgreementId => Fund) public funds;

    constructor(Market market_) {
        market = market_;
        token = market_.token();
    }

    /// @param vault zero address: the principal stays here
    function found(AgreementId id, IERC4626 vault, uint128 maxPerPeriod, uint16 minProvenBps, uint256 amount)
        external
        nonReentrant
    {
        require(funds[id].maxPerPeriod == 0, FundExists(id));
        require(maxPerPeriod > 0, ZeroAmount());
        require(market.agreementOf(id).creator != address(0), NoFund(id));
        require(minProvenBps <= 10_000, BadShare(minProvenBps));
        require(
            address(vault) == address(0) || vault.asset() == address(token),
            BadVault(address(vault) == address(0) ? address(0) : vault.asset(), address(token))
        );
        funds[id] = Fund(0, vault, maxPerPeriod, minProvenBps, 0, msg.sender);
        emit Founded(id, address(vault), maxPerPeriod, minProvenBps);
        _endow(id, amount);
    }

    /// @notice Anyone may add to a fund, for ever.
    function endow(AgreementId id, uint256 amount) external nonReentrant {
        require(funds[id].maxPerPeriod > 0, NoFund(id));
        _endow(id, amount);
    }

    /// @notice Extends the agreement by one period out of the fund. Anyone may send it, with the providers' signatures.
    /// @param signatures as in Market.extend
    function release(AgreementId id, bytes calldata signatures) external nonReentrant {
        Fund storage fund = funds[id];
        require(fund.maxPerPeriod > 0, NoFund(id));
        uint32 period = market.currentPeriod();
        require(fund.paidInPeriod < period, AlreadyPaid(id, period));
        fund.paidInPeriod = period;
        Agreement memory agreement = market.agreementOf(id);
        uint256 perPeriod = _check(id, fund, agreement, period);
        _withdraw(fund, perPeriod);
        token.forceApprove(address(market), perPeriod);
        emit Released(id, agreement.endPeriod + 1, perPeriod);
        market.extend(id, agreement.endPeriod + 1, signatures);
    }

    /// @notice The founder takes back what an ended agreement left over: tokens, or shares of the vault.
    function reclaim(AgreementId id) external nonReentrant returns (uint256 principal) {
        Fund memory fund = funds[id];
        require(msg.sender == fund.founder, NotFounder(id, msg.sender, fund.founder));
        uint32 endPeriod = market.agreementOf(id).endPeriod;
        uint32 period = market.currentPeriod();
        require(period >= endPeriod, StillRunning(id, endPeriod, period));
        principal = fund.principal;
        delete funds[id];
        emit Reclaimed(id, fund.founder, principal);
        IERC20 asset = address(fund.vault) == address(0) ? token : IERC20(address(fund.vault));
        asset.safeTransfer(fund.founder, principal);
    }

    /// @return perPeriod what one more period costs
    function _check(AgreementId id, Fund storage fund, Agreement memory agreement, uint32 period)
        private
        view
        returns (uint256 perPeriod)
    {
        uint32 epochs = market.epochsPerPeriod();
        uint32 to = period * epochs;
        uint256 n = uint256(agreement.k) + agreement.m;
        uint256 proven;
        uint256 due;
        for (uint256 slot; slot < n; ++slot) {
            uint96 vacant = market.vacancyOf(id, slot).rent;
            perPeriod += vacant;
            due += epochs;
            if (vacant > 0) continue;
            (NodeId provider, Entry memory entry) = market.slotOf(id, slot);
            perPeriod += entry.rent;
            uint32 from = to < epochs ? 0 : to - epochs;
            proven += market.provenEpochs(provider, from > entry.startEpoch ? from : entry.startEpoch, to);
        }
        perPeriod *= epochs;
        require(perPeriod <= fund.maxPerPeriod, PriceAboveBound(perPeriod, fund.maxPerPeriod));
        // A first, partly elapsed period is judged by nothing: there is no full one to look at.
        bool hasHistory = agreement.startEpoch + epochs <= to;
        uint256 share = proven * 10_000 / due;
        require(!hasHistory || share >= fund.minProvenBps, ProvenTooLittle(share, fund.minProvenBps));
    }

    function _endow(AgreementId id, uint256 amount) private {
        require(amount > 0, ZeroAmount());
        Fund storage fund = funds[id];
        emit Endowed(id, msg.sender, amount);
        Payments.collect(token, amount);
        if (address(fund.vault) == address(0)) {
            fund.principal += amount;
        } else {
            token.forceApprove(address(fund.vault), amount);
            fund.principal += fund.vault.deposit(amount, address(this));
        }
    }

    /// @dev Reverts by underflow of `principal` when the fund is used up. A vault is its founder's choice: what it says it paid is
    /// counted, or it would pay with the tokens of other funds.
    function _withdraw(Fund storage fund, uint256 amount) private {
        if (address(fund.vault) == address(0)) {
            fund.principal -= amount;
            return;
        }
        uint256 before = token.balanceOf(address(this));
        fund.principal -= fund.vault.withdraw(amount, address(this), address(this));
        uint256 received = token.balanceOf(address(this)) - before;
        require(received == amount, PaymentShort(received, amount));
    }
}
