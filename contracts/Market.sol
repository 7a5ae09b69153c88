// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {NodeId, AgreementId, NOBODY} from "./types/Ids.sol";
import {
    Terms, SlotOffer, Succession, Agreement, Bundle, Entry, Place, Draw, Parameters, Tier
} from "./types/Structs.sol";
import {Bits} from "./libraries/Bits.sol";
import {Timed} from "./libraries/Clock.sol";
import {Paths} from "./libraries/Paths.sol";
import {Quotes} from "./libraries/Quotes.sol";
import {Rails} from "./libraries/Rails.sol";
import {Sampling} from "./libraries/Sampling.sol";

/// @notice Agreements, their bundles, the proofs of every epoch, and the money that follows from them. Holds the creators' payments
/// and what is owed to anybody. Read README.md first: it has the state machine and the numbered invariants.
contract Market is EIP712, Timed, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Quotes for Terms;
    using Quotes for SlotOffer;
    using Quotes for Succession;
    using Rails for Rails.Rail;
    using Sampling for Sampling.Pool;
    using Bits for mapping(uint256 => uint256);

    uint256 public constant MAX_SLOTS = 64;
    uint256 public constant MIN_BATCH_LOG2 = 16;
    uint256 public constant MAX_BATCH_LOG2 = 28;
    uint256 public constant MAX_FEE_BPS = 200;
    uint32 public constant MAX_PERIODS = 520;
    uint256 public constant SAMPLES = 5;
    uint256 public constant MAX_TRIES = 32;
    /// @dev Shares of a slashed slot in percent; the rest is burned.
    uint256 public constant CREATOR_SHARE = 50;
    uint256 public constant REPAIRER_SHARE = 25;
    uint256 public constant SUCCESSOR_SHARE = 15;
    /// @dev Reporter's share in percent of a penalty for misses; the rest is burned.
    uint256 public constant REPORTER_SHARE = 10;

    error NotCreator(address caller, address creator);
    error WrongNonce(uint32 have, uint32 need);
    error BadScheme(uint256 k, uint256 m, uint256 offers);
    error BadBatchSize(uint256 batchLog2, uint256 min, uint256 max);
    error BadTerm(uint32 endPeriod, uint32 currentPeriod, uint32 latest);
    error FeeTooHigh(uint256 feeBps, uint256 max);
    error NotAHeavyNode(NodeId id);
    error OfferExpired(NodeId provider, uint64 expiry, uint256 nowSeconds);
    error BadSignature(NodeId provider, address signer, address operator);
    error ProviderTwice(NodeId provider);
    error RegionFull(uint16 region, uint256 max);
    error CostAboveLimit(uint256 cost, uint256 limit);
    error PaymentShort(uint256 received, uint256 need);
    error AgreementOver(AgreementId id, uint32 endPeriod, uint32 currentPeriod);
    error AgreementRunning(AgreementId id, uint32 endPeriod, uint32 currentPeriod);
    error QuotaExceeded(AgreementId id, uint256 wanted, uint256 quota);
    error TooFewReceipts(uint256 have, uint256 need);
    error BadReceipts(uint64 slots, uint256 signatureBytes);
    error EmptyBundle();
    error NoSuchBundle(AgreementId id, uint32 bundle, uint32 bundles);
    error AlreadyAcknowledged(AgreementId id, uint32 bundle, uint256 slot);
    error AlreadyProven(NodeId provider, uint32 epoch);
    error SeedUnknown(uint32 epoch);
    error NothingToProve(NodeId provider);
    error PruneFirst(NodeId provider, uint256 sample);
    error WrongBundle(uint256 sample, uint32 bundle, uint256 batch);
    error InvalidPath(uint256 sample);
    error ProofTooLong(uint256 used, uint256 have);
    error NoSuchSlot(AgreementId id, uint256 slot);
    error SlotNotFaulted(AgreementId id, uint256 slot, NodeId provider);
    error PriceAboveSlot(uint96 rent, uint96 slotRent);
    error WrongSuccession(uint32 bundles, uint32 needBundles, uint32 turn, uint32 needTurn);
    error DrawPending(NodeId provider, uint32 epoch);
    error CannotReport(uint32 period, uint32 currentPeriod);
    error NothingOwed(address account);

    event Opened(
        AgreementId indexed id, address indexed creator, NodeId indexed heavy, Terms terms, SlotOffer[] offers, uint256 paid
    );
    event Committed(
        AgreementId indexed id, uint32 indexed bundle, bytes32 root, uint32 first, uint32 batches, uint64 acknowledged
    );
    event Acknowledged(AgreementId indexed id, uint32 indexed bundle, uint256 slot);
    event SeedFixed(uint32 indexed epoch, bytes32 seed);
    event Proved(NodeId indexed provider, uint32 indexed epoch);
    event Settled(
        NodeId indexed provider, NodeId indexed heavy, NodeId parent, uint32 upTo, uint256 earned, uint256 fee, uint256 parentFee
    );
    event MissesReported(
        NodeId indexed provider, uint32 indexed period, uint256 misses, uint256 slashed, address reporter, uint256 reward
    );
    event Replaced(
        AgreementId indexed id, uint256 indexed slot, NodeId indexed from, NodeId to, uint96 rent, uint256 slashed, uint256 bounty
    );
    event Closed(AgreementId indexed id, uint32 endPeriod, uint256 refund);
    event SlotReleased(AgreementId indexed id, uint256 indexed slot, NodeId indexed provider, uint256 refund);
    event Refunded(AgreementId indexed id, address indexed creator, uint256 amount);
    event NodePaid(NodeId indexed id, address to, uint256 amount);
    event AccountPaid(address indexed account, uint256 amount);

    IERC20 public immutable token;
    IRegistry public immutable registry;
    uint32 public immutable missAllowance;
    uint32 public immutable penaltyEpochs;
    uint32 public immutable faultRun;
    uint32 public immutable slashEpochs;

    uint32 public agreementCount;
    mapping(address => uint32) public nonceOf;
    mapping(AgreementId => Agreement) internal _agreements;
    mapping(AgreementId => uint64[MAX_SLOTS]) internal _places;
    mapping(AgreementId => mapping(uint256 => Bundle)) internal _bundles;
    mapping(NodeId => Sampling.Pool) internal _pools;
    mapping(uint256 => bytes32) public seedOf;
    mapping(NodeId => mapping(uint256 => uint256)) internal _proofs;
    mapping(NodeId => mapping(uint256 => uint256)) internal _reported;
    mapping(uint256 => Rails.Rail) internal _rails;
    /// @notice Settled and not yet withdrawn.
    mapping(NodeId => uint256) public owedToNode;
    mapping(address => uint256) public owedTo;

    constructor(IERC20 token_, IRegistry registry_, Parameters memory p)
        EIP712("Holdfast", "1")
        Timed(registry_.clock())
    {
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
        uint32 period = currentPeriod();
        _checkTerms(terms, offers.length, period);
        uint32 epoch = currentEpoch();

        uint96[] memory rents;
        NodeId[] memory parents;
        (rents, parents) = _engage(terms, offers);

        id = AgreementId.wrap(++agreementCount);
        Agreement storage agreement = _agreements[id];
        agreement.creator = msg.sender;
        agreement.startEpoch = epoch;
        agreement.endPeriod = terms.endPeriod;
        agreement.k = terms.k;
        agreement.m = terms.m;
        agreement.batchLog2 = terms.batchLog2;
        agreement.heavy = terms.heavy;
        agreement.feeBps = terms.feeBps;
        agreement.quota = terms.quota;

        uint256 total;
        for (uint256 i; i < offers.length; ++i) {
            total += rents[i];
            _place(id, i, offers[i].provider, parents[i], rents[i], terms.heavy, terms.feeBps, terms.endPeriod, epoch);
        }
        total *= uint256(terms.endPeriod) * epochsPerPeriod - epoch;
        require(total <= maxCost, CostAboveLimit(total, maxCost));
        emit Opened(id, msg.sender, terms.heavy, terms, offers, total);
        if (permit.length > 0) _permit(maxCost, permit);
        _collect(total);
    }

    /// @notice Commits an upload of any size: one root, one receipt per slot that holds its fragments.
    /// @param slots bit i: a receipt of slot i follows in `receipts` (64-byte EIP-2098 signatures in slot order)
    function commit(AgreementId id, bytes32 root, uint32 batches, uint64 slots, bytes calldata receipts) external {
        Agreement storage agreement = _agreements[id];
        require(msg.sender == agreement.creator, NotCreator(msg.sender, agreement.creator));
        _requireRunning(id, agreement.endPeriod);
        require(batches > 0, EmptyBundle());
        uint32 first = agreement.batches;
        require(uint256(first) + batches <= agreement.quota, QuotaExceeded(id, uint256(first) + batches, agreement.quota));
        uint256 count = Bits.popcount(slots);
        {
            uint256 k = agreement.k;
            uint256 m = agreement.m;
            require(count >= k + (m + 1) / 2, TooFewReceipts(count, k + (m + 1) / 2));
            require(receipts.length == count * 64 && slots >> (k + m) == 0, BadReceipts(slots, receipts.length));
        }
        uint32 bundle = agreement.bundles;
        _checkReceipts(id, bundle, root, batches, slots, receipts);

        uint32 epoch = currentEpoch();
        if (agreement.changedEpoch != epoch) {
            agreement.changedEpoch = epoch;
            agreement.batchesBefore = first;
        }
        agreement.batches = first + batches;
        agreement.bundles = bundle + 1;
        _bundles[id][bundle] = Bundle(root, first, batches, epoch, slots);
        emit Committed(id, bundle, root, first, batches, slots);
    }

    /// @notice A slot's late receipt for a bundle. Anyone may send it.
    function acknowledge(AgreementId id, uint32 bundle, uint256 slot, bytes calldata receipt) external {
        Agreement storage agreement = _agreements[id];
        require(bundle < agreement.bundles, NoSuchBundle(id, bundle, agreement.bundles));
        require(slot < agreement.k + agreement.m, NoSuchSlot(id, slot));
        require(receipt.length == 64, BadReceipts(uint64(1 << slot), receipt.length));
        Bundle storage b = _bundles[id][bundle];
        require((b.acknowledged >> slot) & 1 == 0, AlreadyAcknowledged(id, bundle, slot));
        _checkReceipts(id, bundle, b.root, b.batches, uint64(1 << slot), receipt);
        b.acknowledged |= uint64(1 << slot);
        emit Acknowledged(id, bundle, slot);
    }

    /// @notice The creator ends the agreement at the next period boundary; the rent beyond it comes back at once.
    function close(AgreementId id) external nonReentrant {
        Agreement storage agreement = _agreements[id];
        require(msg.sender == agreement.creator, NotCreator(msg.sender, agreement.creator));
        uint32 newEnd = currentPeriod() + 1;
        uint32 oldEnd = agreement.endPeriod;
        require(newEnd < oldEnd, AgreementOver(id, oldEnd, newEnd - 1));
        agreement.endPeriod = newEnd;
        uint256 n = uint256(agreement.k) + agreement.m;
        uint256 total;
        for (uint256 slot; slot < n; ++slot) {
            (NodeId provider, Entry memory entry,) = _entry(id, slot);
            uint96 fee = _fee(entry.rent, agreement.feeBps);
            Rails.Rail storage rail = _rails[_railKey(provider, agreement.heavy, entry.parent)];
            rail.unschedule(oldEnd, entry.rent, fee);
            rail.schedule(newEnd, entry.rent, fee);
            registry.shorten(provider, entry.rent, oldEnd, newEnd);
            total += entry.rent;
        }
        total *= uint256(oldEnd - newEnd) * epochsPerPeriod;
        _refund(id, agreement.creator, total);
        emit Closed(id, newEnd, total);
    }

    /// @notice Takes ended slots off their providers' draws and refunds the epochs that were missed. Anyone may call, in any portions.
    /// A provider's list is only shortened when its draw of the epoch is done, or when the provider is faulted: nobody can move a draw.
    /// From the last epoch of an agreement on.
    /// @param slots bit i: release slot i
    function release(AgreementId id, uint64 slots) external {
        Agreement storage agreement = _agreements[id];
        uint32 epoch = currentEpoch();
        uint32 endEpoch = agreement.endPeriod * epochsPerPeriod;
        require(epoch + 1 >= endEpoch && agreement.creator != address(0), AgreementRunning(id, agreement.endPeriod, currentPeriod()));
        uint256 total;
        for (uint256 slot; slots != 0; ++slot) {
            if (slots & 1 == 1) {
                (NodeId provider, Entry memory entry, Place memory place) = _entry(id, slot);
                // In the last epoch only the proof itself shows that nothing is missing from it.
                bool done = _proofs[provider].has(epoch);
                require(done || (epoch >= endEpoch && _drawDone(provider, epoch)), DrawPending(provider, epoch));
                uint256 missed = endEpoch - entry.startEpoch - _proofs[provider].count(entry.startEpoch, endEpoch);
                total += missed * entry.rent;
                _takeOut(id, slot, provider, place, epoch);
                emit SlotReleased(id, slot, provider, missed * entry.rent);
            }
            slots >>= 1;
        }
        _refund(id, agreement.creator, total);
    }

    /* ------------------------------------------------------------------ epochs and proofs */

    /// @notice Fixes the seed of the current epoch. Anyone may call; the first transaction of an epoch decides.
    function poke() public returns (bytes32 seed) {
        uint32 epoch = currentEpoch();
        seed = seedOf[epoch];
        if (seed == 0) {
            seed = keccak256(abi.encode(block.prevrandao, blockhash(block.number - 1), address(this), epoch));
            seedOf[epoch] = seed;
            emit SeedFixed(epoch, seed);
        }
    }

    /// @notice One transaction proves one epoch for everything the provider is paid for. Anyone may send it.
    /// @param proof for each draw that is not void: bundle index (4 bytes, big-endian), and where the slot acknowledged that bundle,
    /// the 256-byte leaf, then the siblings up to the fragment root, up to the batch root and up to the bundle root
    function prove(NodeId provider, bytes calldata proof) external {
        uint32 epoch = currentEpoch();
        bytes32 seed = seedOf[epoch];
        require(seed != 0, SeedUnknown(epoch));
        require(!_proofs[provider].has(epoch), AlreadyProven(provider, epoch));
        uint256 sizes = _pools[provider].sizesAt(epoch);
        require(sizes != 0, NothingToProve(provider));
        uint256 cursor;
        for (uint256 sample; sample < SAMPLES; ++sample) {
            Draw memory draw = _draw(provider, seed, sizes, sample, epoch);
            if (!draw.isVoid) cursor = _verify(proof, cursor, draw, sample);
        }
        require(cursor == proof.length, ProofTooLong(cursor, proof.length));
        _proofs[provider].set(epoch);
        emit Proved(provider, epoch);
    }

    /// @notice What `prove` asks of the provider in the current epoch, once its seed is fixed.
    function draws(NodeId provider) external view returns (uint32 epoch, Draw[] memory list) {
        epoch = currentEpoch();
        bytes32 seed = seedOf[epoch];
        require(seed != 0, SeedUnknown(epoch));
        uint256 sizes = _pools[provider].sizesAt(epoch);
        if (sizes == 0) return (epoch, list);
        list = new Draw[](SAMPLES);
        for (uint256 sample; sample < SAMPLES; ++sample) {
            list[sample] = _draw(provider, seed, sizes, sample, epoch);
        }
    }

    /* ------------------------------------------------------------------ money */

    /// @notice Settles one rail up to the current epoch: rate times proven epochs. O(periods), whatever the number of agreements.
    function settle(NodeId provider, NodeId heavy, NodeId parent) public returns (uint256 pay) {
        (pay,,) = _settle(provider, heavy, parent);
    }

    /// @notice Pays what is owed to a node to its payout address. Anyone may call.
    function withdrawNode(NodeId id) external nonReentrant returns (uint256 amount) {
        amount = owedToNode[id];
        address to = registry.payoutOf(id);
        require(amount > 0, NothingOwed(to));
        owedToNode[id] = 0;
        emit NodePaid(id, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @notice Pays the caller's refunds, compensations and rewards.
    function withdraw() external nonReentrant returns (uint256 amount) {
        amount = owedTo[msg.sender];
        require(amount > 0, NothingOwed(msg.sender));
        owedTo[msg.sender] = 0;
        emit AccountPaid(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /* ------------------------------------------------------------------ faults */

    /// @notice Reports the misses of the period just past, once per provider. Beyond the allowance each costs `penaltyEpochs` of rent.
    function reportMisses(NodeId[] calldata providers, uint32 period) external nonReentrant {
        uint32 current = currentPeriod();
        require(period + 1 == current, CannotReport(period, current));
        uint256 burned;
        uint256 reward;
        for (uint256 i; i < providers.length; ++i) {
            NodeId provider = providers[i];
            if (_reported[provider].has(period)) continue;
            (uint256 misses, uint96 rent) = _misses(provider, period);
            if (misses <= missAllowance) continue;
            _reported[provider].set(period);
            uint256 taken = registry.slash(provider, (misses - missAllowance) * penaltyEpochs * rent);
            uint256 share = taken * REPORTER_SHARE / 100;
            reward += share;
            burned += taken - share;
            emit MissesReported(provider, period, misses, taken, msg.sender, share);
        }
        owedTo[msg.sender] += reward;
        if (burned > 0) ERC20Burnable(address(token)).burn(burned);
    }

    /// @notice Puts a successor, who already holds the slot's fragments, in the place of a faulted provider. Anyone may send it.
    /// The caller is credited the repair bounty; the creator is compensated; the successor may prove in this very epoch.
    function replace(Succession calldata s, bytes calldata signature) external nonReentrant {
        Agreement storage agreement = _agreements[s.agreement];
        _requireRunning(s.agreement, agreement.endPeriod);
        require(
            s.bundles == agreement.bundles && s.turn == agreement.turns,
            WrongSuccession(s.bundles, agreement.bundles, s.turn, agreement.turns)
        );
        require(s.expiry >= block.timestamp, OfferExpired(s.provider, s.expiry, block.timestamp));
        ++agreement.turns;

        uint32 epoch = currentEpoch();
        (NodeId from, Entry memory entry, Place memory place) = _entry(s.agreement, s.slot);
        require(isFaulted(from), SlotNotFaulted(s.agreement, s.slot, from));
        uint96 rent = _rent(s.price, agreement.quota);
        require(rent <= entry.rent, PriceAboveSlot(rent, entry.rent));

        _endEarly(s.agreement, agreement, s.slot, from, entry, place, epoch);
        _succeed(s, signature, agreement, rent, epoch);

        uint256 left = uint256(agreement.endPeriod) * epochsPerPeriod - epoch;
        uint256 missed = epoch - entry.startEpoch - _proofs[from].count(entry.startEpoch, epoch);
        (uint256 slashed, uint256 compensation, uint256 bounty) = _slashSlot(from, s.provider, entry.rent);
        owedTo[msg.sender] += bounty;
        _refund(s.agreement, agreement.creator, missed * entry.rent + uint256(entry.rent - rent) * left + compensation);
        emit Replaced(s.agreement, s.slot, from, s.provider, rent, slashed, bounty);
    }

    /// @notice True when the provider, on duty, missed the last `faultRun` epochs in a row. Clears itself with the next proof.
    function isFaulted(NodeId provider) public view returns (bool) {
        (uint96 rent,, uint32 sinceEpoch) = registry.dutyOf(provider);
        uint32 epoch = currentEpoch();
        if (rent == 0 || epoch < sinceEpoch + 1 + faultRun) return false;
        return !_proofs[provider].has(epoch) && _proofs[provider].count(epoch - faultRun, epoch) == 0;
    }

    /* ------------------------------------------------------------------ views */

    function agreementOf(AgreementId id) external view returns (Agreement memory) {
        return _agreements[id];
    }

    function bundleOf(AgreementId id, uint32 bundle) external view returns (Bundle memory) {
        return _bundles[id][bundle];
    }

    function slotOf(AgreementId id, uint256 slot) external view returns (NodeId provider, Entry memory entry) {
        (provider, entry,) = _entry(id, slot);
    }

    function hasProved(NodeId provider, uint32 epoch) external view returns (bool) {
        return _proofs[provider].has(epoch);
    }

    function provenEpochs(NodeId provider, uint32 from, uint32 to) external view returns (uint256) {
        return _proofs[provider].count(from, to);
    }

    function railOf(NodeId provider, NodeId heavy, NodeId parent)
        external
        view
        returns (uint96 rate, uint96 fee, uint32 settled)
    {
        Rails.Rail storage rail = _rails[_railKey(provider, heavy, parent)];
        return (rail.rate, rail.fee, rail.settled);
    }

    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /* ------------------------------------------------------------------ inside: opening */

    function _checkTerms(Terms calldata terms, uint256 offers, uint32 period) private {
        require(terms.creator == msg.sender, NotCreator(msg.sender, terms.creator));
        uint32 nonce = nonceOf[msg.sender]++;
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

    /// @dev Books the promises, then checks each signature, distinct operators and at most m slots per region.
    function _engage(Terms calldata terms, SlotOffer[] calldata offers)
        private
        returns (uint96[] memory rents, NodeId[] memory parents)
    {
        uint256 n = offers.length;
        NodeId[] memory ids = new NodeId[](n);
        rents = new uint96[](n);
        for (uint256 i; i < n; ++i) {
            NodeId provider = offers[i].provider;
            for (uint256 j; j < i; ++j) {
                require(ids[j] != provider, ProviderTwice(provider));
            }
            ids[i] = provider;
            rents[i] = _rent(offers[i].price, terms.quota);
            require(offers[i].expiry >= block.timestamp, OfferExpired(provider, offers[i].expiry, block.timestamp));
        }
        address[] memory operators;
        uint16[] memory regions;
        (operators, regions, parents) = registry.engage(ids, rents, terms.endPeriod);
        _checkRegions(regions, terms.m);
        bytes32 termsHash = terms.hash();
        for (uint256 i; i < n; ++i) {
            _requireSigner(offers[i].provider, operators[i], offers[i].hash(termsHash), offers[i].r, offers[i].vs);
        }
    }

    /// @dev Quadratic in n <= 64, in memory.
    function _checkRegions(uint16[] memory regions, uint256 max) private pure {
        unchecked {
            for (uint256 i; i < regions.length; ++i) {
                uint256 same = 1;
                for (uint256 j; j < i; ++j) {
                    if (regions[j] == regions[i]) ++same;
                }
                require(same <= max, RegionFull(regions[i], max));
            }
        }
    }

    function _rent(uint96 price, uint32 quota) private pure returns (uint96 rent) {
        uint256 exact = uint256(price) * quota;
        require(
            exact >= Sampling.MIN_RENT && exact <= Sampling.MAX_RENT,
            Sampling.RentOutOfBounds(exact > type(uint96).max ? type(uint96).max : uint96(exact), Sampling.MIN_RENT, Sampling.MAX_RENT)
        );
        return uint96(exact);
    }

    function _fee(uint96 rent, uint16 feeBps) private pure returns (uint96) {
        return uint96(uint256(rent) * feeBps / 10_000);
    }

    /// @dev Puts a provider into a slot from `epoch` on: its draws, its rail, the slot's place.
    function _place(
        AgreementId id,
        uint256 slot,
        NodeId provider,
        NodeId parent,
        uint96 rent,
        NodeId heavy,
        uint16 feeBps,
        uint32 endPeriod,
        uint32 epoch
    ) private {
        (uint256 class, uint256 index) =
            _pools[provider].add(Entry(id, uint8(slot), parent, epoch, rent), epoch, _drawOpen(provider, epoch));
        _places[id][slot] = _packPlace(provider, class, index);
        (, uint96 rate, uint96 feeRate) = _settle(provider, heavy, parent);
        Rails.Rail storage rail = _rails[_railKey(provider, heavy, parent)];
        uint96 fee = _fee(rent, feeBps);
        rail.rate = rate + rent;
        rail.fee = feeRate + fee;
        rail.schedule(endPeriod, rent, fee);
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

    /* ------------------------------------------------------------------ inside: slots */

    function _packPlace(NodeId provider, uint256 class, uint256 index) private pure returns (uint64) {
        return uint64(uint256(NodeId.unwrap(provider)) << 32 | class << 16 | index);
    }

    function _entry(AgreementId id, uint256 slot)
        private
        view
        returns (NodeId provider, Entry memory entry, Place memory place)
    {
        require(slot < MAX_SLOTS, NoSuchSlot(id, slot));
        uint256 packed = _places[id][slot];
        provider = NodeId.wrap(uint32(packed >> 32));
        require(provider != NOBODY, NoSuchSlot(id, slot));
        place = Place(provider, uint8(packed >> 16), uint16(packed));
        entry = _pools[provider].entries[packed & 0xffffffff];
    }

    function _takeOut(AgreementId id, uint256 slot, NodeId provider, Place memory place, uint32 epoch) private {
        Entry memory moved = _pools[provider].remove(place.class, place.index, epoch, _drawOpen(provider, epoch));
        if (moved.rent > 0) _places[moved.agreement][moved.slot] = _packPlace(provider, place.class, place.index);
        delete _places[id][slot];
    }

    /// @dev The epoch's draw is known and not yet answered.
    function _drawOpen(NodeId provider, uint32 epoch) private view returns (bool) {
        return seedOf[epoch] != 0 && !_proofs[provider].has(epoch);
    }

    /// @dev No draw of this epoch is left to move: not open, or given up by a provider that is faulted or off duty.
    function _drawDone(NodeId provider, uint32 epoch) private view returns (bool) {
        if (!_drawOpen(provider, epoch)) return true;
        (uint96 rent,,) = registry.dutyOf(provider);
        return rent == 0 || isFaulted(provider);
    }

    function _endEarly(
        AgreementId id,
        Agreement storage agreement,
        uint256 slot,
        NodeId provider,
        Entry memory entry,
        Place memory place,
        uint32 epoch
    ) private {
        (, uint96 rate, uint96 feeRate) = _settle(provider, agreement.heavy, entry.parent);
        Rails.Rail storage rail = _rails[_railKey(provider, agreement.heavy, entry.parent)];
        uint96 fee = _fee(entry.rent, agreement.feeBps);
        rail.rate = rate - entry.rent;
        rail.fee = feeRate - fee;
        rail.unschedule(agreement.endPeriod, entry.rent, fee);
        registry.disengage(provider, entry.rent, agreement.endPeriod);
        _takeOut(id, slot, provider, place, epoch);
    }

    function _succeed(
        Succession calldata s,
        bytes calldata signature,
        Agreement storage agreement,
        uint96 rent,
        uint32 epoch
    ) private {
        uint256 n = uint256(agreement.k) + agreement.m;
        uint16 region = registry.regionOf(s.provider);
        uint256 same = 1;
        for (uint256 slot; slot < n; ++slot) {
            if (slot == s.slot) continue;
            NodeId other = NodeId.wrap(uint32(_places[s.agreement][slot] >> 32));
            require(other != s.provider, ProviderTwice(s.provider));
            if (registry.regionOf(other) == region) ++same;
        }
        require(same <= agreement.m, RegionFull(region, agreement.m));
        NodeId[] memory ids = new NodeId[](1);
        uint96[] memory rents = new uint96[](1);
        (ids[0], rents[0]) = (s.provider, rent);
        (address[] memory operators,, NodeId[] memory parents) = registry.engage(ids, rents, agreement.endPeriod);
        require(signature.length == 64, BadReceipts(uint64(1 << s.slot), signature.length));
        _requireSigner(s.provider, operators[0], s.hash(), bytes32(signature[:32]), bytes32(signature[32:]));
        _place(
            s.agreement, s.slot, s.provider, parents[0], rent, agreement.heavy, agreement.feeBps, agreement.endPeriod, epoch
        );
    }

    /* ------------------------------------------------------------------ inside: signatures */

    function _requireSigner(NodeId provider, address operator, bytes32 structHash, bytes32 r, bytes32 vs) private view {
        (address signer,,) = ECDSA.tryRecover(_hashTypedDataV4(structHash), r, vs);
        require(signer == operator && signer != address(0), BadSignature(provider, signer, operator));
    }

    function _checkReceipts(
        AgreementId id,
        uint32 bundle,
        bytes32 root,
        uint32 batches,
        uint64 slots,
        bytes calldata receipts
    ) private view {
        uint256 cursor;
        for (uint256 slot; slots != 0; ++slot) {
            if (slots & 1 == 1) {
                NodeId provider = NodeId.wrap(uint32(_places[id][slot] >> 32));
                _requireSigner(
                    provider,
                    registry.operatorOf(provider),
                    Quotes.receiptHash(id, bundle, root, batches, slot),
                    bytes32(receipts[cursor:cursor + 32]),
                    bytes32(receipts[cursor + 32:cursor + 64])
                );
                cursor += 64;
            }
            slots >>= 1;
        }
    }

    /* ------------------------------------------------------------------ inside: proofs */

    /// @dev Sample 0 is uniform over slots, so small agreements keep a chance; the others are weighted by rent.
    function _draw(NodeId provider, bytes32 seed, uint256 sizes, uint256 sample, uint32 epoch)
        private
        view
        returns (Draw memory draw)
    {
        uint256 range = sample == 0 ? Sampling.slotCount(sizes) : Sampling.cellTotal(sizes);
        bool sawEnded;
        for (uint256 attempt; attempt < MAX_TRIES; ++attempt) {
            uint256 random = uint256(keccak256(abi.encode(seed, provider, sample, attempt)));
            uint256 x = uint256(uint128(random)) % range;
            uint256 key;
            uint256 within;
            if (sample == 0) key = Sampling.byNumber(sizes, x);
            else (key, within) = Sampling.byCell(sizes, x);
            Entry memory entry = _pools[provider].entries[key];
            if (entry.rent > 0 && within >= Sampling.weight(entry.rent)) continue;
            Agreement storage agreement = _agreements[entry.agreement];
            if (entry.rent == 0 || uint256(agreement.endPeriod) * epochsPerPeriod <= epoch) {
                sawEnded = true;
                continue;
            }
            uint256 batches = agreement.changedEpoch == epoch ? agreement.batchesBefore : agreement.batches;
            // An empty agreement is paid for its space and has nothing to prove.
            if (batches == 0) {
                draw.isVoid = true;
                return draw;
            }
            draw.agreement = entry.agreement;
            draw.slot = entry.slot;
            draw.n = agreement.k + agreement.m;
            draw.leaves = uint32((uint256(1) << agreement.batchLog2) / agreement.k / Paths.LEAF_BYTES);
            draw.batch = uint32(uint256(uint64(random >> 128)) % batches);
            draw.leaf = uint32((random >> 192) % draw.leaves);
            return draw;
        }
        // Ended slots must not shield the others. Without them, being rejected every time has odds below 0.75^32: let it pass.
        require(!sawEnded, PruneFirst(provider, sample));
        draw.isVoid = true;
    }

    /// @return next the position in `proof` behind this sample
    function _verify(bytes calldata proof, uint256 cursor, Draw memory draw, uint256 sample)
        private
        view
        returns (uint256 next)
    {
        require(cursor + 4 <= proof.length, Paths.ProofTooShort(cursor + 4, proof.length));
        uint32 index = uint32(bytes4(proof[cursor:cursor + 4]));
        next = cursor + 4;
        Bundle storage bundle = _bundles[draw.agreement][index];
        uint256 first = bundle.first;
        uint256 count = bundle.batches;
        require(draw.batch >= first && draw.batch - first < count, WrongBundle(sample, index, draw.batch));
        // A slot that never confirmed these bytes owes no proof of them; the creator sees it in `acknowledged`.
        if ((bundle.acknowledged >> draw.slot) & 1 == 0) return next;
        bytes32 node;
        (node, next) = Paths.leaf(proof, next);
        (node, next) = Paths.climb(proof, next, node, draw.leaf, draw.leaves);
        (node, next) = Paths.climb(proof, next, node, draw.slot, draw.n);
        (node, next) = Paths.climb(proof, next, node, draw.batch - first, count);
        require(node == bundle.root, InvalidPath(sample));
    }

    /* ------------------------------------------------------------------ inside: money */

    function _railKey(NodeId provider, NodeId heavy, NodeId parent) private pure returns (uint256) {
        return uint256(NodeId.unwrap(provider)) | uint256(NodeId.unwrap(heavy)) << 32
            | uint256(NodeId.unwrap(parent)) << 64;
    }

    function _settle(NodeId provider, NodeId heavy, NodeId parent)
        private
        returns (uint256 pay, uint96 rate, uint96 feeRate)
    {
        uint32 epoch = currentEpoch();
        uint256 fee;
        (pay, fee, rate, feeRate) =
            _rails[_railKey(provider, heavy, parent)].settle(_proofs[provider], epoch, epochsPerPeriod);
        if (pay == 0) return (pay, rate, feeRate);
        uint256 parentFee = parent == heavy ? 0 : fee / 2;
        owedToNode[provider] += pay - fee;
        owedToNode[heavy] += fee - parentFee;
        if (parentFee > 0) owedToNode[parent] += parentFee;
        emit Settled(provider, heavy, parent, epoch, pay - fee, fee - parentFee, parentFee);
    }

    function _refund(AgreementId id, address creator, uint256 amount) private {
        if (amount == 0) return;
        owedTo[creator] += amount;
        emit Refunded(id, creator, amount);
    }

    /// @dev The provider was on duty from the epoch after its first slot on.
    function _misses(NodeId provider, uint32 period) private view returns (uint256 misses, uint96 rent) {
        uint32 sinceEpoch;
        (, rent, sinceEpoch) = registry.dutyOf(provider);
        uint256 from = uint256(period) * epochsPerPeriod;
        uint256 to = from + epochsPerPeriod;
        if (from <= sinceEpoch) from = uint256(sinceEpoch) + 1;
        if (from < to && rent > 0) misses = to - from - _proofs[provider].count(from, to);
    }

    function _slashSlot(NodeId from, NodeId successor, uint96 rent)
        private
        returns (uint256 taken, uint256 compensation, uint256 bounty)
    {
        taken = registry.slash(from, uint256(rent) * slashEpochs);
        compensation = taken * CREATOR_SHARE / 100;
        bounty = taken * REPAIRER_SHARE / 100;
        uint256 premium = taken * SUCCESSOR_SHARE / 100;
        owedToNode[successor] += premium;
        uint256 burned = taken - compensation - bounty - premium;
        if (burned > 0) ERC20Burnable(address(token)).burn(burned);
    }

    function _requireRunning(AgreementId id, uint32 endPeriod) private view {
        uint32 period = currentPeriod();
        require(period < endPeriod, AgreementOver(id, endPeriod, period));
    }
}
