// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Market} from "./Market.sol";
import {Permits} from "./Permits.sol";
import {AgreementId} from "./types/Ids.sol";
import {Agreement} from "./types/Structs.sol";
import {Payments} from "./libraries/Payments.sol";
import {Upkeep} from "./libraries/Upkeep.sol";

/// @notice Many keep one agreement alive: what is in it is stored once, and whoever wants it to last pays for it together with the
/// others. Each member holds shares of the agreement's pool; a period is paid out of the pool, so by everybody in proportion to what
/// he still has in it. Anybody may leave at any time with what is left of his; the last one pays alone. The agreement must be locked:
/// it cannot be closed, nothing in it can be deleted, and its price never rises.
///
/// Nobody is charged ahead: a period is paid at most two before the agreement would end, and only when as many slots as a commit needs
/// proved the last one.
contract Commons is Permits, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    struct Pool {
        uint256 tokens;
        /// Never fewer than tokens, so that every unit that joins is worth a share.
        uint256 shares;
    }

    error NothingJoined(AgreementId id);
    error NoMember(AgreementId id, uint32 round, address account);
    error NotDue(AgreementId id, uint32 endPeriod, uint32 latestEnd);
    error PoolShort(AgreementId id, uint256 have, uint256 need);

    event Joined(
        AgreementId indexed id, address indexed member, uint32 indexed round, uint256 amount, uint256 shares
    );
    event Left(AgreementId indexed id, address indexed member, uint32 indexed round, uint256 amount);
    event Paid(AgreementId indexed id, uint32 indexed round, uint32 endPeriod, uint256 amount);

    /// @notice One payment that fails for a whole period is made good by the next.
    uint32 public constant LEAD_PERIODS = 2;
    /// @dev A pool with more shares per token unit than 2^64 is worn: joining it would need ever larger numbers.
    uint256 private constant WORN_LOG2 = 64;

    Market public immutable market;
    /// @notice The pool that pays now. The next round begins when this one is worn and can pay no more.
    mapping(AgreementId => uint32) public roundOf;
    mapping(AgreementId => mapping(uint32 round => Pool)) public pools;
    mapping(AgreementId => mapping(uint32 round => mapping(address => uint256))) public sharesOf;

    constructor(Market market_) Permits(market_.token()) {
        market = market_;
    }

    /// @notice Adds to the pool of a locked agreement. Whether it still runs is not asked: what cannot be paid out can be taken back.
    /// @return round where the shares are: the current one, or the next where the current one is worn
    function join(AgreementId id, uint256 amount) external nonReentrant returns (uint32 round) {
        require(amount > 0, NothingJoined(id));
        Upkeep.requireLocked(market, id);
        round = roundOf[id];
        if (_isWorn(pools[id][round])) ++round;
        Pool storage pool = pools[id][round];
        uint256 shares = pool.shares == 0 ? amount : Math.mulDiv(amount, pool.shares, pool.tokens);
        pool.tokens += amount;
        pool.shares += shares;
        sharesOf[id][round][msg.sender] += shares;
        emit Joined(id, msg.sender, round, amount, shares);
        Payments.collect(token, amount);
    }

    /// @notice The caller takes back what is left of his, at any time. What the others have is not touched.
    function quit(AgreementId id, uint32 round) external nonReentrant returns (uint256 amount) {
        uint256 shares = sharesOf[id][round][msg.sender];
        require(shares > 0, NoMember(id, round, msg.sender));
        amount = worthOf(id, round, msg.sender);
        Pool storage pool = pools[id][round];
        pool.tokens -= amount;
        pool.shares -= shares;
        delete sharesOf[id][round][msg.sender];
        emit Left(id, msg.sender, round, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @notice Extends the agreement by one period out of its pool. Anyone may send it, with the providers' signatures.
    /// @param signatures as in Market.extend
    function pay(AgreementId id, bytes calldata signatures) external nonReentrant {
        Upkeep.requireLocked(market, id);
        Agreement memory agreement = market.agreementOf(id);
        uint32 period = market.currentPeriod();
        uint32 endPeriod = agreement.endPeriod;
        require(endPeriod <= period + LEAD_PERIODS, NotDue(id, endPeriod, period + LEAD_PERIODS));
        (uint256 perPeriod, uint256 provenBps) = Upkeep.look(market, id, agreement, period);
        uint256 neededBps = _neededBps(agreement);
        require(provenBps >= neededBps, Upkeep.ProvenTooLittle(provenBps, neededBps));
        uint32 round = roundOf[id];
        if (pools[id][round].tokens < perPeriod && pools[id][round + 1].tokens >= perPeriod) roundOf[id] = ++round;
        Pool storage pool = pools[id][round];
        require(pool.tokens >= perPeriod, PoolShort(id, pool.tokens, perPeriod));
        pool.tokens -= perPeriod;
        token.forceApprove(address(market), perPeriod);
        emit Paid(id, round, endPeriod + 1, perPeriod);
        market.extend(id, endPeriod + 1, signatures);
    }

    /// @notice What `member` could take out of a round's pool now. Rounded down: the odd unit stays with the others.
    function worthOf(AgreementId id, uint32 round, address member) public view returns (uint256) {
        uint256 shares = sharesOf[id][round][member];
        if (shares == 0) return 0;
        Pool memory pool = pools[id][round];
        return Math.mulDiv(shares, pool.tokens, pool.shares);
    }

    /// @dev The quorum of a commit: all data slots and half of the parity.
    function _neededBps(Agreement memory agreement) private pure returns (uint256) {
        uint256 k = agreement.k;
        uint256 m = agreement.m;
        return (k + (m + 1) / 2) * 10_000 / (k + m);
    }

    function _isWorn(Pool storage pool) private view returns (bool) {
        return pool.shares > pool.tokens << WORN_LOG2;
    }
}
