// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {NodeId, NOBODY} from "./types/Ids.sol";
import {Tier} from "./types/Structs.sol";
import {Payments} from "./libraries/Payments.sol";
import {Pools} from "./libraries/Pools.sol";
import {Permits} from "./Permits.sol";

/// @notice Pays reads. A payer deposits for one node; vouchers with growing totals go along with the bytes, off-chain; the node redeems the
/// last one of many channels in one transaction. Sponsors pay for the readers of one content out of a pool (libraries/Pools.sol).
/// @dev Holds deposits and nothing else.
contract Channels is EIP712, Permits, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Pools for Pools.Pool;
    using Pools for Pools.Served;

    struct Channel {
        address payer;
        /// Signs the vouchers: the payer itself, or whoever a sponsor trusts to hand them out. May be a contract (ERC-1271).
        address signer;
        NodeId payee;
        /// Shares `FEE_BPS` of what is redeemed; NOBODY for none.
        NodeId heavy;
        /// Unix second from which the payer may take the rest; 0 while the channel is open.
        uint64 closesAt;
        uint128 deposit;
        uint128 redeemed;
    }

    struct Voucher {
        uint256 channel;
        /// Total of the channel so far, token units.
        uint128 total;
        bytes signature;
    }

    error NoSuchChannel(uint256 channel);
    error NotPayer(uint256 channel, address caller, address payer);
    error NoSuchPayee(NodeId payee);
    error NotHeavy(NodeId heavy);
    error BadVoucher(uint256 channel, address signer);
    error DepositShort(uint256 channel, uint256 total, uint256 deposit);
    error NotClosing(uint256 channel);
    error StillOpen(uint256 channel, uint64 closesAt, uint256 nowSeconds);
    error ZeroAmount();

    event Opened(
        uint256 indexed channel, address indexed payer, NodeId indexed payee, NodeId heavy, address signer, bytes32 content, uint256 amount
    );
    event ToppedUp(uint256 indexed channel, address from, uint256 amount);
    event Redeemed(uint256 indexed channel, uint256 amount, uint256 fee);
    event Closing(uint256 indexed channel, uint64 closesAt);
    event Closed(uint256 indexed channel, uint256 refund);

    bytes32 internal constant VOUCHER_TYPEHASH = keccak256("Voucher(uint256 channel,uint128 total)");
    /// @notice The heavy node's share of every read that it brokered.
    uint256 public constant FEE_BPS = 150;
    /// @dev What one voucher may use in a batch: a contract that signs could burn the gas of all others.
    uint256 private constant VOUCHER_GAS = 500_000;

    IRegistry public immutable registry;
    /// @notice How long a payee has to redeem its last voucher once the payer wants to close.
    uint64 public immutable closingSeconds;

    uint256 public channelCount;
    mapping(uint256 => Channel) public channels;
    uint256 public poolCount;
    mapping(uint256 => Pools.Pool) public pools;

    constructor(IERC20 token_, IRegistry registry_, uint64 closingSeconds_)
        EIP712("Holdfast Channels", "1")
        Permits(token_)
    {
        registry = registry_;
        closingSeconds = closingSeconds_;
    }

    /// @param signer who signs the vouchers; the zero address means the payer
    /// @param content keccak-256 of the ContentID that a sponsor pays for, or 0; for finding sponsored content by events
    function open(NodeId payee, NodeId heavy, address signer, bytes32 content, uint128 amount)
        external
        nonReentrant
        returns (uint256 channel)
    {
        require(amount > 0, ZeroAmount());
        require(registry.tierOf(payee) != Tier.None, NoSuchPayee(payee));
        _requireHeavy(heavy);
        channel = ++channelCount;
        channels[channel] =
            Channel(msg.sender, signer == address(0) ? msg.sender : signer, payee, heavy, 0, amount, 0);
        emit Opened(channel, msg.sender, payee, heavy, channels[channel].signer, content, amount);
        Payments.collect(token, amount);
    }

    /// @notice Anyone may add to a deposit. It keeps a closing channel closing.
    function topUp(uint256 channel, uint128 amount) external nonReentrant {
        require(channels[channel].payer != address(0), NoSuchChannel(channel));
        channels[channel].deposit += amount;
        emit ToppedUp(channel, msg.sender, amount);
        Payments.collect(token, amount);
    }

    /// @notice Redeems the newest voucher of each channel. Anyone may send; the money goes to the payout addresses.
    /// Vouchers that add nothing are passed over, so that a batch does not fail on one that was redeemed already.
    function redeem(Voucher[] calldata vouchers) external nonReentrant {
        for (uint256 i; i < vouchers.length; ++i) {
            _redeem(vouchers[i]);
        }
    }

    /// @notice The same, one by one: what cannot be redeemed, because its channel is closed or its signer changed its mind, stops no other.
    /// @return done bit i: vouchers[i] was good (of the first 256)
    function redeemEach(Voucher[] calldata vouchers) external returns (uint256 done) {
        Voucher[] memory one = new Voucher[](1);
        for (uint256 i; i < vouchers.length; ++i) {
            one[0] = vouchers[i];
            try this.redeem{gas: VOUCHER_GAS}(one) {
                done |= 1 << i;
            } catch {} // solhint-disable-line no-empty-blocks
        }
    }

    /// @notice Starts closing; vouchers stay good until `closesAt`.
    function startClosing(uint256 channel) external {
        Channel storage c = channels[channel];
        require(msg.sender == c.payer, NotPayer(channel, msg.sender, c.payer));
        // Once set it stays: asking again does not move it.
        if (c.closesAt == 0) c.closesAt = uint64(block.timestamp) + closingSeconds;
        emit Closing(channel, c.closesAt);
    }

    /// @notice Pays the rest of the deposit back to the payer. Anyone may call.
    function close(uint256 channel) external nonReentrant {
        Channel memory c = channels[channel];
        require(c.payer != address(0), NoSuchChannel(channel));
        require(c.closesAt != 0, NotClosing(channel));
        require(block.timestamp >= c.closesAt, StillOpen(channel, c.closesAt, block.timestamp));
        delete channels[channel];
        uint256 refund = c.deposit - c.redeemed;
        emit Closed(channel, refund);
        token.safeTransfer(c.payer, refund);
    }

    /* ------------------------------------------------------------------ sponsors */

    /// @notice Pays for the readers of a content, whoever serves it. `signer` says how much was served; see libraries/Pools.sol.
    /// @param content keccak-256 of the ContentID
    /// @param maxPerMib token units for one MiB, at most
    function sponsor(bytes32 content, address signer, NodeId heavy, uint128 maxPerMib, uint128 amount)
        external
        nonReentrant
        returns (uint256 pool)
    {
        require(amount > 0 && maxPerMib > 0, ZeroAmount());
        _requireHeavy(heavy);
        pool = ++poolCount;
        Pools.Pool storage p = pools[pool];
        (p.sponsor, p.signer, p.heavy) = (msg.sender, signer == address(0) ? msg.sender : signer, heavy);
        (p.content, p.maxPerMib, p.left) = (content, maxPerMib, amount);
        emit Pools.Sponsored(pool, content, msg.sender, p.signer, heavy, maxPerMib, amount);
        Payments.collect(token, amount);
    }

    /// @notice Anyone may add to a pool. What is left when it closes is the sponsor's.
    function fundPool(uint256 pool, uint128 amount) external nonReentrant {
        pools[pool].requireOpen(pool);
        pools[pool].left += amount;
        emit Pools.PoolFunded(pool, msg.sender, amount);
        Payments.collect(token, amount);
    }

    /// @notice Redeems what nodes served out of pools. Anyone may send; the money goes to the payout addresses, as far as the pools reach.
    function redeemServed(Pools.Served[] calldata list) external nonReentrant {
        for (uint256 i; i < list.length; ++i) {
            Pools.Served calldata s = list[i];
            Pools.Pool storage p = pools[s.pool];
            p.requireOpen(s.pool);
            require(registry.tierOf(s.payee) != Tier.None, NoSuchPayee(s.payee));
            require(_isSigned(p.signer, s.hash(), s.signature), BadVoucher(s.pool, p.signer));
            uint256 amount = p.take(s);
            if (amount == 0) continue;
            uint256 fee = _pay(s.payee, p.heavy, amount);
            emit Pools.SponsoredRead(s.pool, s.payee, s.servedBytes, amount, fee);
        }
    }

    /// @notice Starts closing; what was served can be redeemed until `closesAt`.
    function startClosingPool(uint256 pool) external {
        Pools.Pool storage p = pools[pool];
        require(msg.sender == p.sponsor, Pools.NotSponsor(pool, msg.sender, p.sponsor));
        if (p.closesAt == 0) p.closesAt = uint64(block.timestamp) + closingSeconds;
        emit Pools.PoolClosing(pool, p.closesAt);
    }

    /// @notice Pays the rest of the pool to its sponsor. Anyone may call.
    function closePool(uint256 pool) external nonReentrant {
        Pools.Pool storage p = pools[pool];
        p.requireOpen(pool);
        (address to, uint64 closesAt, uint256 refund) = (p.sponsor, p.closesAt, p.left);
        require(closesAt != 0, NotClosing(pool));
        require(block.timestamp >= closesAt, StillOpen(pool, closesAt, block.timestamp));
        (p.sponsor, p.left) = (address(0), 0);
        emit Pools.PoolClosed(pool, refund);
        token.safeTransfer(to, refund);
    }

    /* ------------------------------------------------------------------ inside */

    function _requireHeavy(NodeId heavy) private view {
        require(heavy == NOBODY || registry.tierOf(heavy) == Tier.Heavy, NotHeavy(heavy));
    }

    /// @dev The key first: an account that has given itself code since (EIP-7702) must not take its vouchers back by it.
    function _isSigned(address signer, bytes32 structHash, bytes calldata signature) private view returns (bool) {
        bytes32 digest = _hashTypedDataV4(structHash);
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return SignatureChecker.isValidERC1271SignatureNow(signer, digest, signature);
    }

    function _pay(NodeId payee, NodeId heavy, uint256 amount) private returns (uint256 fee) {
        fee = heavy == NOBODY ? 0 : amount * FEE_BPS / 10_000;
        token.safeTransfer(registry.payoutOf(payee), amount - fee);
        if (fee > 0) token.safeTransfer(registry.payoutOf(heavy), fee);
    }

    function _redeem(Voucher calldata v) private {
        Channel storage c = channels[v.channel];
        address signer = c.signer;
        require(signer != address(0), NoSuchChannel(v.channel));
        if (v.total <= c.redeemed) return;
        require(v.total <= c.deposit, DepositShort(v.channel, v.total, c.deposit));
        bytes32 structHash = keccak256(abi.encode(VOUCHER_TYPEHASH, v.channel, v.total));
        require(_isSigned(signer, structHash, v.signature), BadVoucher(v.channel, signer));
        uint256 amount = v.total - c.redeemed;
        c.redeemed = v.total;
        uint256 fee = _pay(c.payee, c.heavy, amount);
        emit Redeemed(v.channel, amount, fee);
    }
}
