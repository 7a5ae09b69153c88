// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Clock} from "../../contracts/libraries/Clock.sol";
import {NOBODY, NodeId} from "../../contracts/types/Ids.sol";
import {Parameters, Tier, TierRules} from "../../contracts/types/Structs.sol";
import {IMarket, IStakes, IToken} from "./Contracts.sol";
import {vm} from "./Vm.sol";

/// @notice Everybody who takes part, with the real contracts: two heavy nodes, honest and lazy providers, two creators, some strangers.
abstract contract Town {
    struct Actor {
        NodeId id;
        uint256 key;
        address operator;
        bool isHonest;
    }

    uint256 internal constant START = 1_000_000;
    uint32 internal constant EPOCH_SECONDS = 100;
    uint32 internal constant EPOCHS = 4;
    uint32 internal constant STAKE_EPOCHS = 10;
    uint32 internal constant WITHDRAWAL_EPOCHS = 4;
    uint32 internal constant MISS_ALLOWANCE = 1;
    uint32 internal constant PENALTY_EPOCHS = 2;
    uint32 internal constant FAULT_RUN = 2;
    uint32 internal constant SLASH_EPOCHS = 13;
    uint32 internal constant ANSWER_EPOCHS = 2;
    uint32 internal constant ACK_EPOCHS = 2;
    uint32 internal constant BOND_UNITS = 10_000;
    uint16 internal constant HEALTH_EPOCHS = 2;
    uint128 internal constant STAKE = 3e18;
    uint256 internal constant HONEST = 4;
    uint256 internal constant NEW_KEYS = 2;

    address internal constant FRIEND = address(0xf1);
    address internal constant CHALLENGER = address(0xf2);
    address internal constant REPORTER = address(0xf3);
    address internal constant REPAIRER = address(0xf4);

    IToken public token;
    IStakes public registry;
    IMarket public market;
    Actor[] internal heavies;
    Actor[] internal providers;
    address[] internal creators;
    address[] internal accounts;
    bytes32 private domain;

    /// Warping does not outlive a call for sure: every act and every check begins with this time.
    uint256 public time = START;
    uint256 public acts;
    uint256 private dice;
    /// Function => times it went through, and the most gas that it took.
    mapping(bytes4 => uint256) public done;
    mapping(bytes4 => uint256) public most;

    /// @param healthBps of the parameters; 0: the network never only repairs
    constructor(uint16 healthBps) {
        vm.warp(START);
        token = IToken(_deploy("Token.sol:Token", abi.encode(address(this), 1e40)));
        address manager = _deploy("Manager.sol:Manager", abi.encode(address(this)));
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        Clock memory clock = Clock(uint64(START), EPOCH_SECONDS, EPOCHS);
        registry = IStakes(
            _deploy("Registry.sol:Registry", abi.encode(token, next, clock, STAKE_EPOCHS, WITHDRAWAL_EPOCHS))
        );
        market = IMarket(_deploy("Market.sol:Market", abi.encode(token, registry, _parameters(healthBps), manager)));
        domain = market.domainSeparator();
        token.approve(address(registry), type(uint256).max);
        for (uint256 i; i < 2; ++i) {
            heavies.push(_register(0x1000 + i, Tier.Heavy, 1, NOBODY));
        }
        for (uint256 i; i < HONEST + 3; ++i) {
            providers.push(_register(0x2000 + i, Tier.Standard, uint16(i + 1), heavies[i % 2].id));
            registry.addStake(providers[i].id, STAKE);
            // The key that it begins with, and those that its owner may name later.
            for (uint256 key; key <= NEW_KEYS; ++key) {
                accounts.push(vm.addr(providers[i].key + key * 0x100));
            }
        }
        creators = [address(0xc1), address(0xc2)];
        address[6] memory strangers = [creators[0], creators[1], FRIEND, CHALLENGER, REPORTER, REPAIRER];
        for (uint256 i; i < strangers.length; ++i) {
            accounts.push(strangers[i]);
            token.transfer(strangers[i], 1e36);
            vm.prank(strangers[i]);
            token.approve(address(market), type(uint256).max);
        }
    }

    function people() external view returns (Actor[] memory, Actor[] memory, address[] memory) {
        return (heavies, providers, accounts);
    }

    /// @dev Time goes on between acts, now and then.
    modifier play(uint256 x) {
        vm.warp(time);
        dice = uint256(keccak256(abi.encode(x, ++acts)));
        if (_below(5) == 0) _pass();
        _;
    }

    /// @dev To the next epoch.
    function _pass() internal virtual;

    function _below(uint256 limit) internal returns (uint256) {
        dice = uint256(keccak256(abi.encode(dice)));
        return dice % limit;
    }

    function _send(address from, bytes memory data) internal returns (bool ok, bytes memory result) {
        return _sendTo(address(market), from, data);
    }

    /// @dev What does not go through is no act; the counts tell whether enough did.
    function _sendTo(address target, address from, bytes memory data) internal returns (bool ok, bytes memory result) {
        vm.prank(from);
        uint256 gas = gasleft();
        (ok, result) = target.call(data);
        gas -= gasleft();
        bytes4 selector = bytes4(data);
        if (ok) ++done[selector];
        if (gas > most[selector]) most[selector] = gas;
    }

    /// @dev EIP-2098.
    function _sign(Actor memory actor, bytes32 structHash) internal view returns (bytes32 r, bytes32 vs) {
        (uint8 v, bytes32 r_, bytes32 s) = vm.sign(actor.key, MessageHashUtils.toTypedDataHash(domain, structHash));
        return (r_, bytes32(uint256(s) | uint256(v - 27) << 255));
    }

    function _signed(Actor memory actor, bytes32 structHash) internal view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = _sign(actor, structHash);
        return abi.encodePacked(r, vs);
    }

    function _actorOf(NodeId id) internal view returns (Actor memory) {
        return providers[NodeId.unwrap(id) - 1 - heavies.length];
    }

    function _register(uint256 key, Tier tier, uint16 region, NodeId parent) private returns (Actor memory) {
        address operator = vm.addr(key);
        vm.prank(operator);
        NodeId id = registry.register(tier, region, parent, address(uint160(key << 64)), "");
        return Actor(id, key, operator, tier != Tier.Heavy && providers.length < HONEST);
    }

    function _parameters(uint16 healthBps) private pure returns (Parameters memory) {
        TierRules memory rules = TierRules(MISS_ALLOWANCE, PENALTY_EPOCHS, FAULT_RUN, SLASH_EPOCHS, ANSWER_EPOCHS);
        return Parameters({
            standard: rules,
            archival: rules,
            edge: rules,
            bondUnits: BOND_UNITS,
            ackEpochs: ACK_EPOCHS,
            graceEpochs: 1,
            healthBps: healthBps,
            healthEpochs: HEALTH_EPOCHS
        });
    }

    function _deploy(string memory name, bytes memory args) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(name), args);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), name);
    }
}
