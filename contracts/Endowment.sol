// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Market} from "./Market.sol";
import {Permits} from "./Permits.sol";
import {AgreementId} from "./types/Ids.sol";
import {Agreement} from "./types/Structs.sol";
import {Payments} from "./libraries/Payments.sol";
import {Upkeep} from "./libraries/Upkeep.sol";

/// @notice Principal that keeps an agreement alive: it pays one extension after the other, each only when the term before was proven, and
/// never above a price that the founder fixed. While the agreement runs nobody, the founder included, can take the principal out; when it
/// has ended, what is left goes back to the founder. The agreement must be locked: else its creator could close it after every
/// extension and keep what comes back.
///
/// Optional yield (ERC-4626). The founder chooses the vault and is the one who trusts it. What he keeps in `reservePeriods` never enters
/// it, and every other fund is out of its reach: tokens are counted per fund, and only by what really arrived or left.
contract Endowment is Permits, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    struct Fund {
        AgreementId agreement;
        address founder;
        /// The fund pays at most once per period.
        uint32 paidInPeriod;
        /// Proven share of the slot-epochs of the last period that a release needs, in basis points.
        uint16 minProvenBps;
        /// So many periods' highest cost stay outside the vault.
        uint16 reservePeriods;
        /// Highest cost of one period that the fund pays.
        uint128 maxPerPeriod;
        IERC4626 vault;
        /// Token units held here.
        uint256 tokens;
        /// Shares of the vault.
        uint256 shares;
    }

    error NoFund(uint256 fund);
    error BadVault(address asset, address token);
    error BadShare(uint256 bps);
    error PriceAboveBound(uint256 perPeriod, uint256 max);
    error AlreadyPaid(uint256 fund, uint32 period);
    error FundShort(uint256 fund, uint256 have, uint256 need);
    error ZeroAmount();
    error NotFounder(uint256 fund, address caller, address founder);
    error StillRunning(AgreementId id, uint32 endPeriod, uint32 currentPeriod);
    error NotItself(address caller);

    event Founded(
        uint256 indexed fund,
        AgreementId indexed id,
        address indexed founder,
        address vault,
        uint128 maxPerPeriod,
        uint16 minProvenBps,
        uint16 reservePeriods
    );
    event Endowed(uint256 indexed fund, address indexed from, uint256 amount);
    event Invested(uint256 indexed fund, uint256 amount, uint256 shares);
    event Drawn(uint256 indexed fund, uint256 amount, uint256 sharesLeft);
    event Released(uint256 indexed fund, uint32 endPeriod, uint256 amount);
    event Reclaimed(uint256 indexed fund, address founder, uint256 tokens, uint256 shares);

    /// @dev What a vault may use, so that a hostile one cannot burn the gas that the reserve needs to pay.
    uint256 private constant VAULT_GAS = 1_000_000;

    Market public immutable market;
    uint256 public fundCount;
    mapping(uint256 => Fund) public funds;

    constructor(Market market_) Permits(market_.token()) {
        market = market_;
    }

    /// @notice Funds have numbers, so that nobody can occupy an agreement's only one.
    /// @param vault zero address: everything stays here
    function found(
        AgreementId id,
        IERC4626 vault,
        uint128 maxPerPeriod,
        uint16 minProvenBps,
        uint16 reservePeriods,
        uint256 amount
    ) external nonReentrant returns (uint256 fund) {
        require(maxPerPeriod > 0, ZeroAmount());
        require(minProvenBps <= 10_000, BadShare(minProvenBps));
        Upkeep.requireLocked(market, id);
        if (address(vault) != address(0)) {
            address asset = vault.asset();
            require(asset == address(token), BadVault(asset, address(token)));
        }
        fund = ++fundCount;
        funds[fund] = Fund(id, msg.sender, 0, minProvenBps, reservePeriods, maxPerPeriod, vault, 0, 0);
        emit Founded(fund, id, msg.sender, address(vault), maxPerPeriod, minProvenBps, reservePeriods);
        _endow(fund, amount);
    }

    /// @notice Anyone may add to a fund, for ever.
    function endow(uint256 fund, uint256 amount) external nonReentrant {
        require(funds[fund].founder != address(0), NoFund(fund));
        _endow(fund, amount);
    }

    /// @notice Extends the agreement by one period out of the fund. Anyone may send it, with the providers' signatures.
    /// @param signatures as in Market.extend
    function release(uint256 fund, bytes calldata signatures) external nonReentrant {
        Fund storage f = funds[fund];
        require(f.founder != address(0), NoFund(fund));
        uint32 period = market.currentPeriod();
        require(f.paidInPeriod < period, AlreadyPaid(fund, period));
        f.paidInPeriod = period;
        AgreementId id = f.agreement;
        Agreement memory agreement = market.agreementOf(id);
        uint256 perPeriod = _check(id, f, agreement, period);
        if (f.shares > 0) _draw(fund, f, perPeriod);
        require(f.tokens >= perPeriod, FundShort(fund, f.tokens, perPeriod));
        f.tokens -= perPeriod;
        token.forceApprove(address(market), perPeriod);
        emit Released(fund, agreement.endPeriod + 1, perPeriod);
        market.extend(id, agreement.endPeriod + 1, signatures);
    }

    /// @notice The founder takes everything out of the vault, into the fund, where it waits outside any vault. Reverts with the vault.
    function recall(uint256 fund) external nonReentrant {
        Fund storage f = funds[fund];
        _requireFounder(fund, f);
        uint256 shares = f.shares;
        IERC4626 vault = f.vault;
        (f.shares, f.vault) = (0, IERC4626(address(0)));
        uint256 before = token.balanceOf(address(this));
        vault.redeem(shares, address(this), address(this));
        uint256 received = token.balanceOf(address(this)) - before;
        f.tokens += received;
        emit Drawn(fund, received, 0);
    }

    /// @notice The founder takes back what an ended agreement left over: tokens, and shares of the vault.
    function reclaim(uint256 fund) external nonReentrant returns (uint256 tokens, uint256 shares) {
        Fund memory f = funds[fund];
        _requireFounder(fund, funds[fund]);
        uint32 endPeriod = market.agreementOf(f.agreement).endPeriod;
        uint32 period = market.currentPeriod();
        require(period >= endPeriod, StillRunning(f.agreement, endPeriod, period));
        (tokens, shares) = (f.tokens, f.shares);
        (funds[fund].tokens, funds[fund].shares) = (0, 0);
        emit Reclaimed(fund, f.founder, tokens, shares);
        token.safeTransfer(f.founder, tokens);
        if (shares > 0) IERC20(address(f.vault)).safeTransfer(f.founder, shares);
    }

    /// @notice Puts tokens into a vault. Called by this contract alone, so that whatever a vault does can be caught.
    function push(IERC4626 vault, uint256 amount) external returns (uint256 shares) {
        require(msg.sender == address(this), NotItself(msg.sender));
        uint256 before = token.balanceOf(address(this));
        token.forceApprove(address(vault), amount);
        shares = vault.deposit(amount, address(this));
        token.forceApprove(address(vault), 0);
        uint256 spent = before - token.balanceOf(address(this));
        // A vault that took less has to be left alone: the rest would belong to nobody.
        require(spent == amount, FundShort(0, spent, amount));
    }

    /// @notice Takes tokens out of a vault. Called by this contract alone.
    function pull(IERC4626 vault, uint256 amount) external returns (uint256 shares, uint256 received) {
        require(msg.sender == address(this), NotItself(msg.sender));
        uint256 before = token.balanceOf(address(this));
        shares = vault.withdraw(amount, address(this), address(this));
        received = token.balanceOf(address(this)) - before;
    }

    function _endow(uint256 fund, uint256 amount) private {
        require(amount > 0, ZeroAmount());
        Fund storage f = funds[fund];
        emit Endowed(fund, msg.sender, amount);
        f.tokens += amount;
        Payments.collect(token, amount);
        if (address(f.vault) == address(0)) return;
        uint256 reserve = uint256(f.maxPerPeriod) * f.reservePeriods;
        if (f.tokens <= reserve) return;
        uint256 surplus = f.tokens - reserve;
        // A vault that fails costs nothing but its yield.
        try this.push{gas: VAULT_GAS}(f.vault, surplus) returns (uint256 shares) {
            f.tokens -= surplus;
            f.shares += shares;
            emit Invested(fund, surplus, shares);
        } catch {} // solhint-disable-line no-empty-blocks
    }

    /// @dev From the vault first; where it fails, lies or has lost, the reserve pays. Counted is what arrived, whatever the vault says.
    function _draw(uint256 fund, Fund storage f, uint256 amount) private {
        try this.pull{gas: VAULT_GAS}(f.vault, amount) returns (uint256 shares, uint256 received) {
            f.shares -= Math.min(shares, f.shares);
            f.tokens += received;
            emit Drawn(fund, received, f.shares);
        } catch {} // solhint-disable-line no-empty-blocks
    }

    /// @return perPeriod what one more period costs
    function _check(AgreementId id, Fund storage fund, Agreement memory agreement, uint32 period)
        private
        view
        returns (uint256 perPeriod)
    {
        uint256 provenBps;
        (perPeriod, provenBps) = Upkeep.look(market, id, agreement, period);
        require(perPeriod <= fund.maxPerPeriod, PriceAboveBound(perPeriod, fund.maxPerPeriod));
        require(provenBps >= fund.minProvenBps, Upkeep.ProvenTooLittle(provenBps, fund.minProvenBps));
    }

    function _requireFounder(uint256 fund, Fund storage f) private view {
        require(msg.sender == f.founder, NotFounder(fund, msg.sender, f.founder));
    }
}
