// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {NodeId, NOBODY} from "./types/Ids.sol";
import {Party, Pledge, partyOf} from "./types/Parties.sol";
import {Tier} from "./types/Structs.sol";
import {Clock, Timed} from "./libraries/Clock.sol";
import {Payments} from "./libraries/Payments.sol";
import {Permits} from "./Permits.sol";

/// @notice Who takes part, and the stake that stands behind each promise. It holds stake and nothing else.
/// Required stake = rent per epoch that a node has promised to earn, times `stakeEpochs`. Promises end by themselves at their period.
contract Registry is IRegistry, Timed, Permits {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    struct Node {
        address operator;
        Tier tier;
        uint16 region;
        NodeId parent;
        address payout;
    }

    /// @dev First word: all that an opening touches. `rent` is exact as of `period`; `_rolled` brings it to now.
    struct Account {
        /// Stake that is not on its way out.
        uint96 staked;
        /// Rent per epoch promised.
        uint96 rent;
        uint24 period;
        /// Since when there is any rent.
        uint32 sinceEpoch;
    }

    /// @dev Second word.
    struct Aside {
        /// Stake on its way out; it can still be slashed.
        uint96 queued;
        uint32 withdrawableAtEpoch;
        /// Rent per epoch at the end of the period before the account's: what its misses are reckoned with.
        uint96 rentBefore;
        /// Since when there was `rentBefore`, where the account's rent began later.
        uint32 sinceBefore;
    }

    error NoSuchNode(NodeId id);
    error OperatorTaken(address operator, NodeId id);
    error BadTier(Tier tier);
    error ParentNotHeavy(NodeId parent);
    error ZeroPayout();
    error NotOperator(NodeId id, address caller, address operator);
    error NotPayout(NodeId id, address caller, address payout);
    error NotMarket(address caller, address market);
    error StakeTooLow(NodeId id, uint256 have, uint256 need);
    error WithdrawalNotReady(NodeId id, uint32 currentEpoch, uint32 readyEpoch);
    error NothingQueued(NodeId id);
    error NotAProvider(NodeId id, Tier tier);
    error NotNamedOperator(NodeId id, address caller, address named);

    event Registered(
        NodeId indexed id, address indexed operator, address payout, Tier tier, uint16 region, NodeId parent, string endpoint
    );
    event EndpointChanged(NodeId indexed id, string endpoint);
    event ParentChanged(NodeId indexed id, NodeId parent);
    event PayoutChanged(NodeId indexed id, address payout);
    event OperatorNamed(NodeId indexed id, address operator);
    event OperatorChanged(NodeId indexed id, address from, address to);
    event StakeAdded(NodeId indexed id, address from, uint256 amount);
    event WithdrawalQueued(NodeId indexed id, uint256 amount, uint32 readyEpoch);
    event StakeWithdrawn(NodeId indexed id, address to, uint256 amount);
    event Slashed(NodeId indexed id, uint256 amount);

    /// @notice The only contract that may record promises and slash. Fixed at deployment by its precomputed address.
    address public immutable market;
    uint32 public immutable stakeEpochs;
    uint32 public immutable withdrawalEpochs;

    uint32 public nodeCount;
    mapping(NodeId => Node) internal nodes;
    /// Packed, see `_store`.
    mapping(NodeId => uint256) internal accounts;
    mapping(NodeId => Aside) internal asides;
    /// Node => period => rent that ends when the period begins.
    mapping(NodeId => mapping(uint256 => uint96)) internal drops;
    mapping(NodeId => string) public endpointOf;
    mapping(address => NodeId) public idOf;
    /// @notice The next operator, named by the payout address, until it accepts.
    mapping(NodeId => address) public namedOperatorOf;
    /// @notice The node that a key once operated. It never operates one again: what it signed stays void.
    mapping(address => NodeId) public formerIdOf;

    constructor(IERC20 token_, address market_, Clock memory clock_, uint32 stakeEpochs_, uint32 withdrawalEpochs_)
        Timed(clock_)
        Permits(token_)
    {
        market = market_;
        stakeEpochs = stakeEpochs_;
        withdrawalEpochs = withdrawalEpochs_;
    }

    modifier onlyMarket() {
        require(msg.sender == market, NotMarket(msg.sender, market));
        _;
    }

    /* ------------------------------------------------------------------ nodes */

    /// @notice Registers the caller as the operator (hot key) of a new node. One node per operator.
    function register(Tier tier, uint16 region, NodeId parent, address payout, string calldata endpoint)
        external
        returns (NodeId id)
    {
        require(tier != Tier.None, BadTier(tier));
        require(payout != address(0), ZeroPayout());
        _requireFresh(msg.sender);
        if (tier != Tier.Heavy) require(nodes[parent].tier == Tier.Heavy, ParentNotHeavy(parent));
        id = NodeId.wrap(++nodeCount);
        nodes[id] = Node(msg.sender, tier, region, tier == Tier.Heavy ? NOBODY : parent, payout);
        idOf[msg.sender] = id;
        endpointOf[id] = endpoint;
        emit Registered(id, msg.sender, payout, tier, region, nodes[id].parent, endpoint);
    }

    function setEndpoint(NodeId id, string calldata endpoint) external {
        _requireOperator(id);
        endpointOf[id] = endpoint;
        emit EndpointChanged(id, endpoint);
    }

    /// @notice A new parent earns its share of agreements opened from now on; running ones keep theirs.
    function setParent(NodeId id, NodeId parent) external {
        _requireOperator(id);
        require(nodes[id].tier != Tier.Heavy, NotAProvider(id, Tier.Heavy));
        require(nodes[parent].tier == Tier.Heavy, ParentNotHeavy(parent));
        nodes[id].parent = parent;
        emit ParentChanged(id, parent);
    }

    /// @notice Only the payout address itself can move on: a stolen operator key redirects nothing.
    function setPayout(NodeId id, address payout) external {
        require(msg.sender == nodes[id].payout, NotPayout(id, msg.sender, nodes[id].payout));
        require(payout != address(0), ZeroPayout());
        nodes[id].payout = payout;
        emit PayoutChanged(id, payout);
    }

    /// @notice The payout address names a new operator key, for a lost or stolen one; the zero address takes the name back.
    function nameOperator(NodeId id, address operator) external {
        require(msg.sender == nodes[id].payout, NotPayout(id, msg.sender, nodes[id].payout));
        if (operator != address(0)) _requireFresh(operator);
        namedOperatorOf[id] = operator;
        emit OperatorNamed(id, operator);
    }

    /// @notice The named key takes over, so that nobody can tie up a key that is not his. From here on nothing that the old key signed is
    /// valid, and it can never operate a node again.
    function acceptOperator(NodeId id) external {
        require(
            msg.sender == namedOperatorOf[id] && msg.sender != address(0),
            NotNamedOperator(id, msg.sender, namedOperatorOf[id])
        );
        _requireFresh(msg.sender);
        address from = nodes[id].operator;
        delete namedOperatorOf[id];
        idOf[from] = NOBODY;
        formerIdOf[from] = id;
        idOf[msg.sender] = id;
        nodes[id].operator = msg.sender;
        emit OperatorChanged(id, from, msg.sender);
    }

    /* ------------------------------------------------------------------ stake */

    /// @notice Anyone may top up a node's stake.
    function addStake(NodeId id, uint128 amount) external {
        require(nodes[id].operator != address(0), NoSuchNode(id));
        Account memory account = _load(id);
        account.staked += uint256(amount).toUint96();
        _store(id, account);
        // Nothing is on its way out. Writes the word once here, so that no proof ever has to be the first.
        if (asides[id].withdrawableAtEpoch == 0) asides[id].withdrawableAtEpoch = currentEpoch() + withdrawalEpochs;
        emit StakeAdded(id, msg.sender, amount);
        Payments.collect(token, amount);
    }

    /// @notice Queues `amount` on top of what is queued; the delay starts anew for all of it.
    function queueWithdrawal(NodeId id, uint96 amount) external {
        _requireOperator(id);
        Account memory account = _load(id);
        uint256 need = amount + requiredStake(id);
        require(account.staked >= need, StakeTooLow(id, account.staked, need));
        account.staked -= amount;
        _store(id, account);
        Aside storage aside = asides[id];
        aside.queued += amount;
        aside.withdrawableAtEpoch = currentEpoch() + withdrawalEpochs;
        emit WithdrawalQueued(id, aside.queued, aside.withdrawableAtEpoch);
    }

    /// @notice Pays what was queued to the payout address, unless slashing has since made it needed. Anyone may call.
    function withdrawStake(NodeId id) external returns (uint256 amount) {
        Aside storage aside = asides[id];
        amount = aside.queued;
        require(amount > 0, NothingQueued(id));
        require(
            currentEpoch() >= aside.withdrawableAtEpoch,
            WithdrawalNotReady(id, currentEpoch(), aside.withdrawableAtEpoch)
        );
        uint256 staked = _load(id).staked;
        require(staked >= requiredStake(id), StakeTooLow(id, staked, requiredStake(id)));
        aside.queued = 0;
        address to = nodes[id].payout;
        emit StakeWithdrawn(id, to, amount);
        token.safeTransfer(to, amount);
    }

    function requiredStake(NodeId id) public view returns (uint256) {
        (Account memory account,) = _rolled(id);
        return uint256(account.rent) * stakeEpochs;
    }

    /* ------------------------------------------------------------------ market only */

    /// @inheritdoc IRegistry
    function engage(Pledge[] calldata pledges, uint32 endPeriod) external onlyMarket returns (Party[] memory parties) {
        parties = new Party[](pledges.length);
        uint32 epoch = currentEpoch();
        uint24 period = uint24(epoch / epochsPerPeriod);
        for (uint256 i; i < pledges.length; ++i) {
            NodeId id = pledges[i].nodeOf();
            Node storage node = nodes[id];
            Tier tier = node.tier;
            require(tier != Tier.None && tier != Tier.Heavy, NotAProvider(id, tier));
            parties[i] = partyOf(node.operator, node.region, node.parent);
            _promise(id, pledges[i].rentOf(), endPeriod, epoch, period);
        }
    }

    function disengage(NodeId id, uint96 rent, uint32 endPeriod) external onlyMarket {
        Account memory account = _roll(id);
        account.rent -= rent;
        _store(id, account);
        drops[id][endPeriod] -= rent;
    }

    /// @inheritdoc IRegistry
    function reschedule(NodeId id, uint96 rent, uint32 endPeriod, uint32 newEndPeriod) external onlyMarket {
        if (newEndPeriod > endPeriod) {
            uint256 need = requiredStake(id);
            uint256 staked = _load(id).staked;
            require(staked >= need, StakeTooLow(id, staked, need));
        }
        drops[id][endPeriod] -= rent;
        drops[id][newEndPeriod] += rent;
    }

    /// @notice Takes up to `amount` of the stake, free before queued, and hands it to the market, which knows its owners.
    function slash(NodeId id, uint256 amount) external onlyMarket returns (uint256 taken) {
        Account memory account = _load(id);
        Aside storage aside = asides[id];
        uint256 whole = uint256(account.staked) + aside.queued;
        taken = amount < whole ? amount : whole;
        if (taken <= account.staked) {
            account.staked -= uint96(taken);
        } else {
            aside.queued = uint96(whole - taken);
            account.staked = 0;
        }
        _store(id, account);
        emit Slashed(id, taken);
        token.safeTransfer(market, taken);
    }

    /* ------------------------------------------------------------------ views */

    function clock() external view override(IRegistry, Timed) returns (Clock memory) {
        return Clock(genesis, epochSeconds, epochsPerPeriod);
    }

    /// @inheritdoc IRegistry
    function rollDuty(NodeId id) external onlyMarket returns (uint96 rent, bool isExact) {
        uint24 current = uint24(currentPeriod());
        Account memory account = _load(id);
        if (account.period == current) return (account.rent, true);
        // Never more than one period at a time: nobody's proof costs more for having been silent long.
        if (account.period + 1 < current) {
            account.rent -= drops[id][++account.period];
        } else {
            account = _roll(id);
        }
        _store(id, account);
        return (account.rent, account.period == current);
    }

    /// @inheritdoc IRegistry
    function rentOf(NodeId id) external view returns (uint96 rent) {
        (Account memory account,) = _rolled(id);
        return account.rent;
    }

    /// @inheritdoc IRegistry
    function dutyOf(NodeId id)
        external
        view
        returns (uint96 rent, uint96 rentBefore, uint32 sinceEpoch, uint32 sinceBefore, Tier tier)
    {
        (Account memory account, uint24 period) = _rolled(id);
        (rent, sinceEpoch) = (account.rent, account.sinceEpoch);
        rentBefore = _rentBefore(id, period, account);
        sinceBefore = _isOfThisPeriod(sinceEpoch) ? asides[id].sinceBefore : sinceEpoch;
        tier = nodes[id].tier;
    }

    /// @notice All stake of a node, the part of it that is on its way out, and when that may leave.
    function stakes(NodeId id) external view returns (uint128 amount, uint96 queued, uint32 withdrawableAtEpoch) {
        Aside memory aside = asides[id];
        return (uint128(_load(id).staked) + aside.queued, aside.queued, aside.withdrawableAtEpoch);
    }

    /// @notice The period that the node's books were brought to. A proof brings them one on; behind the current one it does not yet count for
    /// the network's health.
    function bookedPeriodOf(NodeId id) external view returns (uint32) {
        return _load(id).period;
    }

    function nodeOf(NodeId id) external view returns (Node memory) {
        return nodes[id];
    }

    function operatorOf(NodeId id) external view returns (address) {
        return nodes[id].operator;
    }

    function payoutOf(NodeId id) external view returns (address) {
        return nodes[id].payout;
    }

    function tierOf(NodeId id) external view returns (Tier) {
        return nodes[id].tier;
    }

    function regionOf(NodeId id) external view returns (uint16) {
        return nodes[id].region;
    }

    function parentOf(NodeId id) external view returns (NodeId) {
        return nodes[id].parent;
    }

    /* ------------------------------------------------------------------ inside */

    function _requireOperator(NodeId id) private view {
        require(msg.sender == nodes[id].operator, NotOperator(id, msg.sender, nodes[id].operator));
    }

    function _requireFresh(address operator) private view {
        require(idOf[operator] == NOBODY, OperatorTaken(operator, idOf[operator]));
        require(formerIdOf[operator] == NOBODY, OperatorTaken(operator, formerIdOf[operator]));
    }

    function _promise(NodeId id, uint96 rent, uint32 endPeriod, uint32 epoch, uint24 period) private {
        Account memory account = _load(id);
        if (account.period != period) account = _roll(id);
        if (account.rent == 0) {
            // A new beginning must not hide the misses of the period before.
            if (!_isOfThisPeriod(account.sinceEpoch)) asides[id].sinceBefore = account.sinceEpoch;
            account.sinceEpoch = epoch;
        }
        account.rent += rent;
        uint256 need = uint256(account.rent) * stakeEpochs;
        require(account.staked >= need, StakeTooLow(id, account.staked, need));
        _store(id, account);
        drops[id][endPeriod] += rent;
    }

    function _isOfThisPeriod(uint32 epoch) private view returns (bool) {
        return epoch / epochsPerPeriod == currentPeriod();
    }

    function _load(NodeId id) private view returns (Account memory) {
        uint256 word = accounts[id];
        return Account(uint96(word), uint96(word >> 96), uint24(word >> 192), uint32(word >> 216));
    }

    /// @dev By hand, because the compiler writes a packed struct in several storage accesses.
    function _store(NodeId id, Account memory account) private {
        accounts[id] = uint256(account.staked) | uint256(account.rent) << 96 | uint256(account.period) << 192
            | uint256(account.sinceEpoch) << 216;
    }

    /// @dev Brings the account to the current period. The caller stores it. Within a period this reads one word and writes none.
    function _roll(NodeId id) private returns (Account memory account) {
        uint24 period;
        (account, period) = _rolled(id);
        if (account.period == period) return account;
        asides[id].rentBefore = _rentBefore(id, period, account);
    }

    /// @dev Rent in the last epoch of the period before: what there is now, and what ended at the boundary. Nothing that ended then can
    /// have been moved since.
    /// @param period the one that the stored account is exact for
    /// @param account as of now
    function _rentBefore(NodeId id, uint24 period, Account memory account) private view returns (uint96) {
        return account.period == period ? asides[id].rentBefore : account.rent + drops[id][account.period];
    }

    /// @dev One storage read per period since the last touch, none once the rent is down to zero.
    /// @return account as of now
    /// @return period the one that it was stored for
    function _rolled(NodeId id) private view returns (Account memory account, uint24 period) {
        account = _load(id);
        period = account.period;
        uint24 current = uint24(currentPeriod());
        while (account.period < current) {
            account.period = account.rent == 0 ? current : account.period + 1;
            if (account.rent > 0) account.rent -= drops[id][account.period];
        }
    }
}
