// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {NodeId, AgreementId, railIdOf} from "./types/Ids.sol";
import {Agreement, Bundle, Draw, Entry, Parameters, Place, SlotOffer, Succession, Terms, Tier} from "./types/Structs.sol";
import {Flow} from "./types/Flow.sol";
import {Party, Pledge, pledgeOf} from "./types/Parties.sol";
import {Book, Setting} from "./types/Book.sol";
import "./types/Errors.sol";
import "./types/Events.sol";
import {Bits} from "./libraries/Bits.sol";
import {Timed} from "./libraries/Clock.sol";
import {Draws} from "./libraries/Draws.sol";
import {Endings} from "./libraries/Endings.sol";
import {Faults} from "./libraries/Faults.sol";
import {Money} from "./libraries/Money.sol";
import {Quotes} from "./libraries/Quotes.sol";
import {Rails} from "./libraries/Rails.sol";
import {Sampling} from "./libraries/Sampling.sol";
import {Signers} from "./libraries/Signers.sol";
import {Slots} from "./libraries/Slots.sol";
import {Spread} from "./libraries/Spread.sol";

/// @notice Agreements, their bundles, the proofs of every epoch, and the money that follows from them. Holds the creators' payments
/// and what is owed to anybody. README.md has the state machine and the numbered invariants.
contract Market is EIP712, Timed, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Quotes for Terms;
    using Quotes for SlotOffer;
    using Sampling for Sampling.Pool;
    using Bits for mapping(uint256 => uint256);

    uint256 public constant MAX_SLOTS = 64;
    uint256 public constant MIN_BATCH_LOG2 = 16;
    uint256 public constant MAX_BATCH_LOG2 = 28;
    /// @notice Cap of the heavy nodes' share.
    uint256 public constant MAX_FEE_BPS = 200;
    /// @notice Longest term: ten years of weeks.
    uint32 public constant MAX_PERIODS = 520;

    IERC20 public immutable token;
    IRegistry public immutable registry;
    uint32 public immutable missAllowance;
    uint32 public immutable penaltyEpochs;
    uint32 public immutable faultRun;
    uint32 public immutable slashEpochs;

    Book private book;

    constructor(IERC20 token_, IRegistry registry_, Parameters memory p)
        EIP712("Holdfast", "1")
        Timed(registry_.clock())
    {
        require(registry_.market() == address(this), WrongRegistry(registry_.market(), address(this)));
        token = token_;
        registry = registry_;
        missAllowance = p.missAllowance;
        penaltyEpochs = p.penaltyEpochs;
        faultRun = p.faultRun;
        slashEpochs = p.slashEpochs;
    }

    /* ------------------------------------------------------------------ agreements */

    /// @notice Opens an agreement: n signed offers, the whole term prepaid. Slot i goes to the provider of offer i.
    /// @param maxCost token units; refused when the sum is above it
    /// @param permit empty, or abi.encode(deadline, v, r, s) of an EIP-2612 permit over `maxCost`
    function open(Terms calldata terms, SlotOffer[] calldata offers, uint256 maxCost, bytes calldata permit)
        external
        nonReentrant
        returns (AgreementId id)
    {
        Setting memory setting = _setting();
        _checkTerms(terms, offers.length, setting.period);
        id = _record(setting, terms);
        uint256 cost = _fill(setting, id, terms, offers);
        cost *= uint256(terms.endPeriod) * epochsPerPeriod - setting.epoch;
        require(cost <= maxCost, CostAboveLimit(cost, maxCost));
        emit Opened(id, msg.sender, terms.heavy, terms, offers, cost);
        if (permit.length > 0) _permit(maxCost, permit);
        _collect(cost);
    }

    /// @notice Commits an upload of any size: one root, one receipt per slot that holds its fragments.
    /// @param slots bit i: a receipt of slot i follows in `receipts` (64-byte EIP-2098 signatures in slot order)
    function commit(AgreementId id, bytes32 root, uint32 batches, uint64 slots, bytes calldata receipts) external {
        Agreement storage agreement = book.agreements[id];
        Setting memory setting = _setting();
        require(msg.sender == agreement.creator, NotCreator(msg.sender, agreement.creator));
        require(setting.period < agreement.endPeriod, AgreementOver(id, agreement.endPeriod, setting.period));
        require(batches > 0, EmptyBundle());
        uint32 first = agreement.batches;
        require(uint256(first) + batches <= agreement.quota, QuotaExceeded(id, uint256(first) + batches, agreement.quota));
        _checkQuorum(agreement, slots, receipts.length);
        uint32 bundle = agreement.bundles;
        Signers.requireReceipts(book, setting, id, bundle, root, batches, slots, receipts);

        if (agreement.changedEpoch != setting.epoch) {
            agreement.changedEpoch = setting.epoch;
            agreement.batchesBefore = first;
        }
        agreement.batches = first + batches;
        agreement.bundles = bundle + 1;
        book.bundles[id][bundle] = Bundle(root, first, batches, setting.epoch, slots);
        emit Committed(id, bundle, root, first, batches, slots);
    }

    /// @notice A slot's late receipt for a bundle. Anyone may send it.
    function acknowledge(AgreementId id, uint32 bundle, uint256 slot, bytes calldata receipt) external {
        Agreement storage agreement = book.agreements[id];
        require(bundle < agreement.bundles, NoSuchBundle(id, bundle, agreement.bundles));
        require(slot < agreement.k + agreement.m, NoSuchSlot(id, slot));
        uint64 mask = uint64(1) << uint64(slot);
        require(receipt.length == 64, BadReceipts(mask, receipt.length));
        Bundle storage b = book.bundles[id][bundle];
        require(b.acknowledged & mask == 0, AlreadyAcknowledged(id, bundle, slot));
        Signers.requireReceipts(book, _setting(), id, bundle, b.root, b.batches, mask, receipt);
        b.acknowledged |= mask;
        emit Acknowledged(id, bundle, slot);
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

    /* ------------------------------------------------------------------ epochs and proofs */

    /// @notice Fixes the seed of the current epoch. Anyone may call; the first transaction of an epoch decides.
    function poke() external returns (bytes32 seed) {
        uint32 epoch = currentEpoch();
        seed = book.seeds[epoch];
        if (seed != 0) return seed;
        seed = keccak256(abi.encode(block.prevrandao, blockhash(block.number - 1), address(this), epoch));
        book.seeds[epoch] = seed;
        emit SeedFixed(epoch, seed);
    }

    /// @notice One transaction proves one epoch for everything the provider is paid for. Anyone may send it.
    /// @param proof for each draw that is not void: bundle index (4 bytes, big-endian), and where the slot acknowledged that bundle,
    /// the 256-byte leaf, then the siblings up to the fragment root, up to the batch root and up to the bundle root
    function prove(NodeId provider, bytes calldata proof) external {
        (Setting memory setting, bytes32 seed, uint256 sizes) = _challenge(provider);
        require(!book.proofs[provider].has(setting.epoch), AlreadyProven(provider, setting.epoch));
        require(sizes != 0, NothingToProve(provider));
        uint256 cursor;
        for (uint256 sample; sample < Draws.SAMPLES; ++sample) {
            Draw memory d = Draws.draw(book, setting, provider, seed, sizes, sample);
            if (!d.isVoid) cursor = Draws.verify(book, proof, cursor, d, sample);
        }
        require(cursor == proof.length, ProofTooLong(cursor, proof.length));
        book.proofs[provider].set(setting.epoch);
        emit Proved(provider, setting.epoch);
    }

    /// @notice What `prove` asks of the provider in the current epoch, once its seed is fixed. Empty: nothing to prove.
    function draws(NodeId provider) external view returns (uint32 epoch, Draw[] memory list) {
        (Setting memory setting, bytes32 seed, uint256 sizes) = _challenge(provider);
        epoch = setting.epoch;
        if (sizes == 0) return (epoch, list);
        list = new Draw[](Draws.SAMPLES);
        for (uint256 sample; sample < Draws.SAMPLES; ++sample) {
            list[sample] = Draws.draw(book, setting, provider, seed, sizes, sample);
        }
    }

    /* ------------------------------------------------------------------ money */

    /// @notice Settles one rail up to the current epoch: rate times proven epochs. O(periods), whatever the number of agreements.
    function settle(NodeId provider, NodeId heavy, NodeId parent) external returns (uint256 pay) {
        pay = Money.settle(book, _setting(), railIdOf(provider, heavy, parent));
    }

    /// @notice Pays what is owed to a node to its payout address. Anyone may call.
    function withdrawNode(NodeId id) external nonReentrant returns (uint256 amount) {
        amount = book.owedToNode[id];
        address to = registry.payoutOf(id);
        require(amount > 0, NothingOwed(to));
        book.owedToNode[id] = 0;
        emit NodePaid(id, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @notice Pays the caller's refunds, compensations and rewards.
    function withdraw() external nonReentrant returns (uint256 amount) {
        amount = book.owedTo[msg.sender];
        require(amount > 0, NothingOwed(msg.sender));
        book.owedTo[msg.sender] = 0;
        emit AccountPaid(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /* ------------------------------------------------------------------ faults */

    /// @notice Reports the misses of the period just past, once per provider. Beyond the allowance each costs `penaltyEpochs` of rent.
    function reportMisses(NodeId[] calldata providers, uint32 period) external nonReentrant {
        Faults.reportMisses(book, _setting(), providers, period);
    }

    /// @notice Puts a successor, who already holds the slot's fragments, in the place of a faulted provider. Anyone may send it.
    function replace(Succession calldata succession, bytes calldata signature) external nonReentrant {
        Faults.replace(book, _setting(), succession, signature);
    }

    /// @notice True when the provider, on duty, missed the last `faultRun` epochs in a row. Clears itself with the next proof.
    function isFaulted(NodeId provider) external view returns (bool) {
        return Slots.isFaulted(book, _setting(), provider);
    }

    /* ------------------------------------------------------------------ views */

    function agreementCount() external view returns (uint32) {
        return book.agreementCount;
    }

    function nonceOf(address creator) external view returns (uint32) {
        return book.nonceOf[creator];
    }

    function agreementOf(AgreementId id) external view returns (Agreement memory) {
        return book.agreements[id];
    }

    function bundleOf(AgreementId id, uint32 bundle) external view returns (Bundle memory) {
        return book.bundles[id][bundle];
    }

    function slotOf(AgreementId id, uint256 slot) external view returns (NodeId provider, Entry memory entry) {
        Place memory place;
        (entry, place) = Slots.entryOf(book, id, slot);
        provider = place.provider;
    }

    function seedOf(uint32 epoch) external view returns (bytes32) {
        return book.seeds[epoch];
    }

    function hasProved(NodeId provider, uint32 epoch) external view returns (bool) {
        return book.proofs[provider].has(epoch);
    }

    /// @notice Proven epochs in [from, to).
    function provenEpochs(NodeId provider, uint32 from, uint32 to) external view returns (uint256) {
        return book.proofs[provider].count(from, to);
    }

    function isReported(NodeId provider, uint32 period) external view returns (bool) {
        return book.reported[provider].has(period);
    }

    function railOf(NodeId provider, NodeId heavy, NodeId parent)
        external
        view
        returns (uint96 rate, uint96 fee, uint32 settled)
    {
        Rails.Rail storage rail = book.rails[railIdOf(provider, heavy, parent)];
        Flow flow = Rails.flow(rail);
        return (flow.rateOf(), flow.feeOf(), Rails.settledEpoch(rail));
    }

    function owedToNode(NodeId id) external view returns (uint256) {
        return book.owedToNode[id];
    }

    function owedTo(address account) external view returns (uint256) {
        return book.owedTo[account];
    }

    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /* ------------------------------------------------------------------ inside */

    function _setting() private view returns (Setting memory) {
        uint32 epoch = currentEpoch();
        return Setting(
            token,
            registry,
            _domainSeparatorV4(),
            epoch,
            epoch / epochsPerPeriod,
            epochsPerPeriod,
            Parameters(missAllowance, penaltyEpochs, faultRun, slashEpochs)
        );
    }

    function _challenge(NodeId provider) private view returns (Setting memory setting, bytes32 seed, uint256 sizes) {
        setting = _setting();
        seed = book.seeds[setting.epoch];
        require(seed != 0, SeedUnknown(setting.epoch));
        sizes = book.pools[provider].sizesAt(setting.epoch);
    }

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
                railIdOf(provider, terms.heavy, party.parentOf()),
                Money.slotFlow(rent, terms.feeBps),
                terms.endPeriod
            );
            rate += rent;
        }
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
            feeBps: terms.feeBps,
            quota: terms.quota,
            bundles: 0,
            batches: 0,
            batchesBefore: 0,
            changedEpoch: 0,
            turns: 0
        });
    }

    /// @dev More than half of the parity beside the data: an upload survives losses from its first moment.
    function _checkQuorum(Agreement storage agreement, uint64 slots, uint256 receiptBytes) private view {
        uint256 k = agreement.k;
        uint256 m = agreement.m;
        uint256 count = Bits.popcount(slots);
        require(count >= k + (m + 1) / 2, TooFewReceipts(count, k + (m + 1) / 2));
        // A shift by 64 gives 0 for any uint64: all 64 slots are valid then.
        require(receiptBytes == count * 64 && slots >> (k + m) == 0, BadReceipts(slots, receiptBytes));
    }

    function _permit(uint256 value, bytes calldata permit) private {
        (uint256 deadline, uint8 v, bytes32 r, bytes32 s) = abi.decode(permit, (uint256, uint8, bytes32, bytes32));
        // Somebody may have sent the same permit first; the allowance decides.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
    }

    function _collect(uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received == amount, PaymentShort(received, amount));
    }
}
