// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {NodeId, NOBODY} from "./types/Ids.sol";
import {Tier} from "./types/Structs.sol";
import {Clock, Timed} from "./libraries/Clock.sol";

/// @notice Who takes part, and the stake that stands behind each promise. It holds stake and nothing else.
/// Required stake = rent per epoch that a node has promised to earn, times `stakeEpochs`. Promises end by themselves at their period.
contract Registry is IRegistry, Timed {
    using SafeERC20 for IERC20;

    struct Node {
        address operator;
        Tier tier;
        uint16 region;
        NodeId parent;
        address payout;
    }

    struct Stake {
        uint128 amount;
        /// Part of `amount` that is on its way out; it can still be slashed.
        uint96 queued;
        uint32 withdrawableAtEpoch;
    }

    /// @dev `rent` is exact as of `period`; `_rolled` brings it to now.
    struct Duty {
        uint96 rent;
        uint96 rentBefore;
        uint32 period;
        uint32 sinceEpoch;
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

    event Registered(
        NodeId indexed id, address indexed operator, address payout, Tier tier, uint16 region, NodeId parent, string endpoint
    );
    event EndpointChanged(NodeId indexed id, string endpoint);
    event ParentChanged(NodeId indexed id, NodeId parent);
    event PayoutChanged(NodeId indexed id, address payout);
    event StakeAdded(NodeId indexed id, address from, uint256 amount);
    event WithdrawalQueued(NodeId indexed id, uint256 amount, uint32 readyEpoch);
    event StakeWithdrawn(NodeId indexed id, address to, uint256 amount);
    event Slashed(NodeId indexed id, uint256 amount);

    IERC20 public immutable token;
    /// @notice The only contract that may record promises and slash. Fixed at deployment by its precomputed address.
    address public immutable market;
    uint32 public immutable stakeEpochs;
    uint32 public immutable withdrawalEpochs;

    uint32 public nodeCount;
    mapping(NodeId => Node) internal nodes;
    mapping(NodeId => Stake) public stakes;
    mapping(NodeId => Duty) internal duties;
    /// Node => period => rent that ends when the period begins.
    mapping(NodeId => mapping(uint256 => uint96)) internal drops;
    mapping(NodeId => string) public endpointOf;
    mapping(address => NodeId) public idOf;

    constructor(IERC20 token_, address market_, Clock memory clock_, uint32 stakeEpochs_, uint32 withdrawalEpochs_)
        Timed(clock_)
    {
        token = token_;
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
        require(idOf[msg.sender] == NOBODY, OperatorTaken(msg.sender, idOf[msg.sender]));
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

    /* ------------------------------------------------------------------ stake */

    /// @notice Anyone may top up a node's stake.
    function addStake(NodeId id, uint128 amount) external {
        require(nodes[id].operator != address(0), NoSuchNode(id));
        stakes[id].amount += amount;
        emit StakeAdded(id, msg.sender, amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Queues `amount` on top of what is queued; the delay starts anew for all of it.
    function queueWithdrawal(NodeId id, uint96 amount) external {
        _requireOperator(id);
        Stake storage stake = stakes[id];
        stake.queued += amount;
        uint256 need = stake.queued + requiredStake(id);
        require(stake.amount >= need, StakeTooLow(id, stake.amount, need));
        stake.withdrawableAtEpoch = currentEpoch() + withdrawalEpochs;
        emit WithdrawalQueued(id, stake.queued, stake.withdrawableAtEpoch);
    }

    /// @notice Pays what was queued to the payout address. Anyone may call.
    function withdrawStake(NodeId id) external returns (uint256 amount) {
        Stake storage stake = stakes[id];
        amount = stake.queued;
        require(amount > 0, NothingQueued(id));
        require(
            currentEpoch() >= stake.withdrawableAtEpoch,
            WithdrawalNotReady(id, currentEpoch(), stake.withdrawableAtEpoch)
        );
        stake.queued = 0;
        stake.amount -= uint128(amount);
        address to = nodes[id].payout;
        emit StakeWithdrawn(id, to, amount);
        token.safeTransfer(to, amount);
    }

    function requiredStake(NodeId id) public view returns (uint256) {
        return uint256(_rolled(id).rent) * stakeEpochs;
    }

    /* ------------------------------------------------------------------ market only */

    /// @inheritdoc IRegistry
    function engage(NodeId[] calldata ids, uint96[] calldata rents, uint32 endPeriod)
        external
        onlyMarket
        returns (address[] memory operators, uint16[] memory regions, NodeId[] memory parents)
    {
        uint256 length = ids.length;
        operators = new address[](length);
        regions = new uint16[](length);
        parents = new NodeId[](length);
        for (uint256 i; i < length; ++i) {
            NodeId id = ids[i];
            Node storage node = nodes[id];
            Tier tier = node.tier;
            require(tier != Tier.None && tier != Tier.Heavy, NotAProvider(id, tier));
            (operators[i], regions[i], parents[i]) = (node.operator, node.region, node.parent);

            Duty memory duty = _rolled(id);
            if (duty.rent == 0) duty.sinceEpoch = currentEpoch();
            duty.rent += rents[i];
            duties[id] = duty;
            drops[id][endPeriod] += rents[i];

            Stake memory stake = stakes[id];
            uint256 need = uint256(duty.rent) * stakeEpochs + stake.queued;
            require(stake.amount >= need, StakeTooLow(id, stake.amount, need));
        }
    }

    function disengage(NodeId id, uint96 rent, uint32 endPeriod) external onlyMarket {
        Duty memory duty = _rolled(id);
        duty.rent -= rent;
        duties[id] = duty;
        drops[id][endPeriod] -= rent;
    }

    function shorten(NodeId id, uint96 rent, uint32 endPeriod, uint32 newEndPeriod) external onlyMarket {
        drops[id][endPeriod] -= rent;
        drops[id][newEndPeriod] += rent;
    }

    /// @notice Takes up to `amount` of the stake, free or queued, and hands it to the market, which knows its owners.
    function slash(NodeId id, uint256 amount) external onlyMarket returns (uint256 taken) {
        Stake storage stake = stakes[id];
        taken = amount < stake.amount ? amount : stake.amount;
        stake.amount -= uint128(taken);
        if (stake.queued > stake.amount) stake.queued = uint96(stake.amount);
        emit Slashed(id, taken);
        token.safeTransfer(market, taken);
    }

    /* ------------------------------------------------------------------ views */

    function clock() external view override(IRegistry, Timed) returns (Clock memory) {
        return Clock(genesis, epochSeconds, epochsPerPeriod);
    }

    function dutyOf(NodeId id) external view returns (uint96 rent, uint96 rentBefore, uint32 sinceEpoch) {
        Duty memory duty = _rolled(id);
        return (duty.rent, duty.rentBefore, duty.sinceEpoch);
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

    /// @dev One storage read per period since the last touch, none once the rent is down to zero.
    function _rolled(NodeId id) private view returns (Duty memory duty) {
        duty = duties[id];
        uint32 period = currentPeriod();
        while (duty.period < period) {
            duty.rentBefore = duty.rent;
            duty.period = duty.rent == 0 ? period : duty.period + 1;
            if (duty.rent > 0) duty.rent -= drops[id][duty.period];
        }
    }
}
