// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {NodeId, AgreementId, railIdOf} from "./types/Ids.sol";
import {Agreement, Parameters, SlotOffer, Succession, Terms, Tier} from "./types/Structs.sol";
import {Party, Pledge, pledgeOf} from "./types/Parties.sol";
import {Setting} from "./types/Book.sol";
import "./types/Errors.sol";
import "./types/Events.sol";
import {Bounds} from "./libraries/Bounds.sol";
import {Challenges} from "./libraries/Challenges.sol";
import {Endings} from "./libraries/Endings.sol";
import {Faults} from "./libraries/Faults.sol";
import {Money} from "./libraries/Money.sol";
import {Network} from "./libraries/Network.sol";
import {Payments} from "./libraries/Payments.sol";
import {Proofs} from "./libraries/Proofs.sol";
import {Quotes} from "./libraries/Quotes.sol";
import {Renewals} from "./libraries/Renewals.sol";
import {Signers} from "./libraries/Signers.sol";
import {Slots} from "./libraries/Slots.sol";
import {Spread} from "./libraries/Spread.sol";
import {Uploads} from "./libraries/Uploads.sol";
import {Views} from "./Views.sol";

/// @notice Agreements, their bundles, the proofs of every epoch, and the money that follows from them. Holds the creators' payments
/// and what is owed to anybody. Here is what can be done; `Views` has what can be read. README.md has the state machine and the
/// numbered invariants.
contract Market is Views, AccessManaged, ReentrancyGuardTransient {
    using Quotes for Terms;
    using Quotes for SlotOffer;

    uint256 public constant MAX_SLOTS = 64;
    uint256 public constant MIN_BATCH_LOG2 = 16;
    uint256 public constant MAX_BATCH_LOG2 = 28;
    /// @notice Cap of the heavy nodes' share.
    uint256 public constant MAX_FEE_BPS = 200;
    /// @notice Longest term: ten years of weeks.
    uint32 public constant MAX_PERIODS = 520;

    /// @param manager an AccessManager; it decides who may call `setParameters`, and after which delay
    constructor(IERC20 token_, IRegistry registry_, Parameters memory p, address manager)
        Views(token_, registry_)
        AccessManaged(manager)
    {
        require(registry_.market() == address(this), WrongRegistry(registry_.market(), address(this)));
        Bounds.set(book, p);
    }

    /* ------------------------------------------------------------------ agreements */

    /// @notice Opens an agreement: n signed offers, the whole term prepaid. Slot i goes to the provider of offer i.
    /// @param maxCost token units; refused when the sum is above it
    function open(Terms calldata terms, SlotOffer[] calldata offers, uint256 maxCost)
        external
        nonReentrant
        returns (AgreementId id)
    {
        Setting memory setting = _setting();
        Network.requireHealthy(book, setting);
        _checkTerms(terms, offers.length, setting.period);
        id = _record(setting, terms);
        uint256 cost = _fill(setting, id, terms, offers);
        cost *= uint256(terms.endPeriod) * setting.epochsPerPeriod - setting.epoch;
        require(cost <= maxCost, CostAboveLimit(cost, maxCost));
        emit Opened(id, msg.sender, terms.heavy, terms, offers, cost);
        Payments.collect(token, cost);
    }

    /// @notice Commits an upload of any size: one root, one receipt per slot that holds its fragments.
    /// @param slots bit i: a receipt of slot i follows in `receipts` (64-byte EIP-2098 signatures in slot order)
    function commit(AgreementId id, bytes32 root, uint32 batches, uint64 slots, bytes calldata receipts) external {
        Uploads.commit(book, _setting(), id, root, batches, slots, receipts);
    }

    /// @notice A slot's late receipt for a bundle. Anyone may send it.
    function acknowledge(AgreementId id, uint32 bundle, uint256 slot, bytes calldata receipt) external {
        Uploads.acknowledge(book, _setting(), id, bundle, slot, receipt);
    }

    /// @notice Gives a bundle up: its quota is free again, and draws pass it over from the next epoch on.
    function retire(AgreementId id, uint32 bundle) external {
        Uploads.retire(book, _setting(), id, bundle);
    }

    /// @notice The creator ends the agreement at the next period boundary; the rent beyond it comes back at once.
    function close(AgreementId id) external {
        Endings.close(book, _setting(), id);
    }

    /// @notice Takes ended slots off their providers' draws and refunds the missed epochs. Anyone may call, in any portions.
    /// @param slots bit i: release slot i
    function release(AgreementId id, uint64 slots) external {
        Endings.release(book, _setting(), id, slots);
    }

    /// @notice Lets `key` commit, retire and empty pots into the creator's credit on the caller's behalf until `expiry` (Unix seconds);
    /// 0 ends it. A session key never receives tokens and cannot open, close or authorise.
    function setSession(address key, uint64 expiry) external {
        book.sessions[msg.sender][key] = expiry;
        emit SessionSet(msg.sender, key, expiry);
    }

    /* ------------------------------------------------------------------ longer and larger */

    /// @notice Extends the agreement at unchanged prices, paid by the caller.
    /// @param signatures one Extension per occupied slot, in slot order, 64 bytes each
    function extend(AgreementId id, uint32 newEnd, bytes calldata signatures) external nonReentrant {
        Renewals.extend(book, _setting(), id, newEnd, currentPeriod() + MAX_PERIODS, signatures);
    }

    /// @notice Extends the agreement out of its pot, within what its creator authorised. Anyone may send it.
    function renew(AgreementId id, uint32 newEnd, bytes calldata signatures) external nonReentrant {
        Renewals.renew(book, _setting(), id, newEnd, currentPeriod() + MAX_PERIODS, signatures);
    }

    /// @notice Adds quota at the prices of new offers by the providers in place.
    function grow(AgreementId id, Terms calldata terms, SlotOffer[] calldata offers, uint256 maxCost)
        external
        nonReentrant
    {
        Renewals.grow(book, _setting(), id, terms, offers, maxCost);
    }

    /// @notice For good: the creator can no longer close, refunds go to the pot, and the pot is his only when the agreement has ended.
    function lock(AgreementId id) external {
        Renewals.lock(book, id);
    }

    /// @notice Anyone may put tokens into the pot that renewals are paid from.
    function topUp(AgreementId id, uint256 amount) external nonReentrant {
        Renewals.topUp(book, _setting(), id, amount);
    }

    /// @notice The pot is the creator's: whatever is left of it can be taken back.
    function takePot(AgreementId id, uint256 amount) external {
        Renewals.takePot(book, _setting(), id, amount);
    }

    function authoriseRenewal(AgreementId id, uint128 maxPerPeriod, uint32 untilPeriod) external {
        Renewals.authorise(book, id, maxPerPeriod, untilPeriod);
    }

    /* ------------------------------------------------------------------ epochs and proofs */

    /// @notice Fixes the seed of the current epoch. Anyone may call; the first transaction of an epoch decides.
    function poke() external returns (bytes32 seed) {
        return Proofs.poke(book, _setting());
    }

    /// @notice One transaction proves one epoch for everything the provider is paid for. Anyone may send it.
    /// @param proof for each draw that is not void: bundle index (4 bytes, big-endian), again for each retired bundle that the draw
    /// moves on from, and where the slot acknowledged the last one, the 256-byte leaf, then the siblings up to the fragment root, up to
    /// the batch root and up to the bundle root
    function prove(NodeId provider, bytes calldata proof) external {
        Proofs.prove(book, _setting(), provider, proof);
    }

    /// @notice Many providers in one transaction, sent by anyone, for example their parent. One that fails does not stop the others.
    /// @return proven bit i: providers[i] has proven (of the first 256)
    function proveMany(NodeId[] calldata providers, bytes[] calldata proofs) external returns (uint256 proven) {
        require(providers.length == proofs.length, LengthsDiffer(providers.length, proofs.length));
        for (uint256 i; i < providers.length; ++i) {
            try this.prove(providers[i], proofs[i]) {
                proven |= 1 << i;
            } catch {} // solhint-disable-line no-empty-blocks
        }
    }

    /* ------------------------------------------------------------------ money */

    /// @notice Settles one rail up to the current epoch: rate times proven epochs. O(periods), whatever the number of agreements.
    function settle(NodeId provider, NodeId heavy, NodeId parent) external returns (uint256 pay) {
        pay = Money.settle(book, _setting(), railIdOf(provider, heavy, parent));
    }

    /// @notice Pays what is owed to a node to its payout address; a heavy node's fees to burn go with it. Anyone may call.
    function withdrawNode(NodeId id) external nonReentrant returns (uint256 amount) {
        return Endings.withdrawNode(book, _setting(), id);
    }

    /// @notice Pays the caller's refunds, compensations and rewards.
    function withdraw() external nonReentrant returns (uint256 amount) {
        return Endings.withdraw(book, token);
    }

    /* ------------------------------------------------------------------ faults */

    /// @notice Reports the misses of the period just past, once per provider. Beyond the allowance each costs `penaltyEpochs` of rent.
    function reportMisses(NodeId[] calldata providers, uint32 period) external nonReentrant {
        Faults.reportMisses(book, _setting(), providers, period);
    }

    /// @notice Puts a successor, who already holds the slot's fragments, into a vacant slot or in the place of a provider that is faulted
    /// or under notice. Anyone may send it; the provider's own operator may at any time when its draw is not open.
    function replace(Succession calldata succession, bytes calldata signature) external nonReentrant {
        Faults.replace(book, _setting(), succession, signature);
    }

    /// @notice The provider admits that a slot's data is lost: half of the usual slash, and the slot is vacant at once.
    function surrender(AgreementId id, uint256 slot) external nonReentrant {
        Faults.surrender(book, _setting(), id, slot);
    }

    /// @notice Ends, without a slash, the tenure of a slot that has not acknowledged a bundle for `ackEpochs`. For the creator, its session
    /// keys and the agreement's heavy node; the slot is vacant then.
    function dismiss(AgreementId id, uint256 slot, uint32 bundle) external {
        Faults.dismiss(book, _setting(), id, slot, bundle);
    }

    /// @notice The creator's notice: from the next period on the slot may be replaced without any fault. Pay goes on until then.
    function giveNotice(AgreementId id, uint256 slot) external {
        Faults.giveNotice(book, _setting(), id, slot);
    }

    /// @notice Puts a bond on one leaf not being there. `batch` counts inside the bundle.
    function challenge(AgreementId id, uint256 slot, uint32 bundle, uint32 batch, uint32 leaf)
        external
        nonReentrant
        returns (uint256 number)
    {
        return Challenges.post(book, _setting(), id, slot, bundle, batch, leaf);
    }

    /// @notice The answer to a challenge: leaf, then siblings up to the bundle root. Wins the bond for the provider.
    function answer(uint256 number, bytes calldata proof) external {
        Challenges.answer(book, _setting(), number, proof);
    }

    /// @notice Ends an unanswered challenge: the slot is lost.
    function endChallenge(uint256 number) external nonReentrant {
        Challenges.end(book, _setting(), number);
    }

    /* ------------------------------------------------------------------ parameters */

    /// @notice Through the access manager's delay, within Bounds. Touches no funds and no price of a running agreement.
    function setParameters(Parameters calldata p) external restricted {
        Bounds.set(book, p);
    }

    /* ------------------------------------------------------------------ inside */

    function _checkTerms(Terms calldata terms, uint256 offers, uint32 period) private {
        require(terms.creator == msg.sender, NotCreator(msg.sender, terms.creator));
        uint32 nonce = book.nonceOf[msg.sender]++;
        require(terms.nonce == nonce, WrongNonce(terms.nonce, nonce));
        require(
            terms.k > 0 && terms.m > 0 && uint256(terms.k) + terms.m == offers && offers <= MAX_SLOTS,
            BadScheme(terms.k, terms.m, offers)
        );
        require(
            terms.batchLog2 >= MIN_BATCH_LOG2 && terms.batchLog2 <= MAX_BATCH_LOG2,
            BadBatchSize(terms.batchLog2, MIN_BATCH_LOG2, MAX_BATCH_LOG2)
        );
        require(
            terms.endPeriod > period && terms.endPeriod <= period + MAX_PERIODS,
            BadTerm(terms.endPeriod, period, period + MAX_PERIODS)
        );
        require(terms.feeBps <= MAX_FEE_BPS, FeeTooHigh(terms.feeBps, MAX_FEE_BPS));
        require(registry.tierOf(terms.heavy) == Tier.Heavy, NotAHeavyNode(terms.heavy));
    }

    /// @dev Books the providers' promises, then per slot: signature, entry among the provider's draws, flow of its rail.
    /// @return rate token units per epoch, all slots together
    function _fill(Setting memory setting, AgreementId id, Terms calldata terms, SlotOffer[] calldata offers)
        private
        returns (uint256 rate)
    {
        (Pledge[] memory pledges, Party[] memory parties) = _engage(terms, offers);
        bytes32 termsHash = terms.hash();
        // Read once: `open` stays below its bound by some hundred gas.
        (NodeId heavy, uint16 feeBps) = (terms.heavy, terms.feeBps);
        for (uint256 i; i < offers.length; ++i) {
            SlotOffer calldata offer = offers[i];
            NodeId provider = offer.provider;
            Party party = parties[i];
            uint96 rent = pledges[i].rentOf();
            Signers.requireSigner(
                setting.domainSeparator, provider, party.operatorOf(), offer.hash(termsHash), offer.r, offer.vs
            );
            Slots.put(book, setting, provider, id, i, party.parentOf(), rent);
            Money.raise(
                book,
                setting,
                railIdOf(provider, heavy, party.parentOf()),
                Money.slotFlow(rent, feeBps),
                terms.endPeriod
            );
            rate += rent;
        }
        Network.add(book, setting, rate, terms.endPeriod);
    }

    function _engage(Terms calldata terms, SlotOffer[] calldata offers)
        private
        returns (Pledge[] memory pledges, Party[] memory parties)
    {
        pledges = new Pledge[](offers.length);
        for (uint256 i; i < offers.length; ++i) {
            SlotOffer calldata offer = offers[i];
            NodeId provider = offer.provider;
            uint64 expiry = offer.expiry;
            require(expiry >= block.timestamp, OfferExpired(provider, expiry, block.timestamp));
            pledges[i] = pledgeOf(provider, Money.rentOf(offer.price, terms.quota));
        }
        parties = registry.engage(pledges, terms.endPeriod);
        Spread.check(pledges, parties, terms.m);
    }

    function _record(Setting memory setting, Terms calldata terms) private returns (AgreementId id) {
        id = AgreementId.wrap(++book.agreementCount);
        book.agreements[id] = Agreement({
            creator: msg.sender,
            startEpoch: setting.epoch,
            endPeriod: terms.endPeriod,
            k: terms.k,
            m: terms.m,
            batchLog2: terms.batchLog2,
            heavy: terms.heavy,
            feeBps: uint8(terms.feeBps),
            quota: terms.quota,
            bundles: 0,
            batches: 0,
            batchesBefore: 0,
            changedEpoch: 0,
            turns: 0,
            retiredBatches: 0
        });
    }
}
