// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId} from "../types/Ids.sol";

/// @notice Sponsors of contents. A pool pays whoever serves one content to its readers, at most `maxPerMib` for a MiB. Readers need no
/// tokens and cannot be trusted with other people's: only the pool's signer, who sees the bytes arrive (the sponsor's gateway, a heavy
/// node), says how many there were. All nodes share one deposit; whoever redeems first is paid first.
library Pools {
    struct Pool {
        address sponsor;
        /// Unix second from which the sponsor may take the rest; 0 while the pool is open.
        uint64 closesAt;
        /// Signs what was served. May be a contract (ERC-1271).
        address signer;
        /// Shares the fee of what is redeemed; NOBODY for none.
        NodeId heavy;
        /// keccak-256 of the ContentID.
        bytes32 content;
        /// Token units per MiB.
        uint128 maxPerMib;
        uint128 left;
        /// What each node was paid so far.
        mapping(NodeId => uint256) paidTo;
    }

    /// @notice Totals of one node in one pool so far.
    struct Served {
        uint256 pool;
        NodeId payee;
        uint64 servedBytes;
        uint128 total;
        bytes signature;
    }

    error NoSuchPool(uint256 pool);
    error NotSponsor(uint256 pool, address caller, address sponsor);
    error AboveCap(uint256 pool, uint256 total, uint256 most);

    event Sponsored(
        uint256 indexed pool,
        bytes32 indexed content,
        address indexed sponsor,
        address signer,
        NodeId heavy,
        uint128 maxPerMib,
        uint256 amount
    );
    event PoolFunded(uint256 indexed pool, address from, uint256 amount);
    event SponsoredRead(uint256 indexed pool, NodeId indexed payee, uint64 servedBytes, uint256 amount, uint256 fee);
    event PoolClosing(uint256 indexed pool, uint64 closesAt);
    event PoolClosed(uint256 indexed pool, uint256 refund);

    bytes32 internal constant SERVED_TYPEHASH =
        keccak256("Served(uint256 pool,uint32 payee,uint64 servedBytes,uint128 total)");
    uint256 private constant MIB = 1 << 20;

    function hash(Served calldata s) internal pure returns (bytes32) {
        return keccak256(abi.encode(SERVED_TYPEHASH, s.pool, s.payee, s.servedBytes, s.total));
    }

    function requireOpen(Pool storage p, uint256 pool) internal view {
        require(p.sponsor != address(0), NoSuchPool(pool));
    }

    /// @notice Books what a signed total adds, as far as the pool reaches.
    function take(Pool storage p, Served calldata s) internal returns (uint256 amount) {
        uint256 most = uint256(s.servedBytes) * p.maxPerMib / MIB;
        require(s.total <= most, AboveCap(s.pool, s.total, most));
        uint256 paid = p.paidTo[s.payee];
        if (s.total <= paid) return 0;
        amount = s.total - paid;
        if (amount > p.left) amount = p.left;
        p.paidTo[s.payee] = paid + amount;
        p.left -= uint128(amount);
    }
}
