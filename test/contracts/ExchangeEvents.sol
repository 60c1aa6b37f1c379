// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface ICollateral {
    function balanceOf(address owner) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

interface IConditionalTokens {
    function safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes calldata data) external;
    function splitPosition(address collateral, bytes32 parent, bytes32 condition, uint256[] calldata sets, uint256 amount)
        external;
    function mergePositions(address collateral, bytes32 parent, bytes32 condition, uint256[] calldata sets, uint256 amount)
        external;
    function redeemPositions(address collateral, bytes32 parent, bytes32 condition, uint256[] calldata sets) external;
    function setApprovalForAll(address operator, bool isApproved) external;
    function getCollectionId(bytes32 parent, bytes32 condition, uint256 indexSet) external view returns (bytes32);
    function getPositionId(address collateral, bytes32 collection) external pure returns (uint256);
    function balanceOf(address owner, uint256 id) external view returns (uint256);
}

/// One order's part in a match, in the words of the events: an order gives its maker amount and takes its taker amount.
struct Leg {
    bytes32 orderHash;
    address wallet;
    uint8 side; // 0 buys, 1 sells
    uint256 tokenId;
    uint256 makerAmount;
    uint256 takerAmount;
    uint256 fee;
}

/// What a match is about. Its collateral is what Conditional Tokens holds: USDC.e, or wcol in neg-risk markets.
struct Market {
    address collateral;
    bytes32 conditionId;
    uint256[2] tokenIds;
}

abstract contract TokenHolder {
    IConditionalTokens internal constant CTF = IConditionalTokens(0x4D97DCd97eC945f40cF65F87097ACe5EA0476045);

    function _bothOutcomes() internal pure returns (uint256[] memory sets) {
        sets = new uint256[](2);
        (sets[0], sets[1]) = (1, 2);
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        pure
        returns (bytes4)
    {
        return this.onERC1155BatchReceived.selector;
    }
}

/// The collateral adapter of V2: splits, merges and redeems for its caller, so that the events of Conditional Tokens
/// name it instead of the user (on-chain sheet, section 3.6).
contract CollateralAdapter is TokenHolder {
    address private constant USDC_E = 0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174;

    function split(Market calldata market, uint256 amount) external {
        ICollateral(market.collateral).transferFrom(msg.sender, address(this), amount);
        CTF.splitPosition(market.collateral, 0, market.conditionId, _bothOutcomes(), amount);
        for (uint256 i = 0; i < 2; i++) CTF.safeTransferFrom(address(this), msg.sender, market.tokenIds[i], amount, "");
    }

    function merge(Market calldata market, uint256 amount) external {
        for (uint256 i = 0; i < 2; i++) CTF.safeTransferFrom(msg.sender, address(this), market.tokenIds[i], amount, "");
        CTF.mergePositions(market.collateral, 0, market.conditionId, _bothOutcomes(), amount);
        ICollateral(market.collateral).transfer(msg.sender, amount);
    }

    /// All that the caller has of both outcomes, as the real one does.
    /// @param payout what it is worth: the caller says, Conditional Tokens pays
    function redeem(Market calldata market, uint256 payout) external {
        for (uint256 i = 0; i < 2; i++) {
            uint256 amount = CTF.balanceOf(msg.sender, market.tokenIds[i]);
            CTF.safeTransferFrom(msg.sender, address(this), market.tokenIds[i], amount, "");
        }
        CTF.redeemPositions(market.collateral, 0, market.conditionId, _bothOutcomes());
        ICollateral(market.collateral).transfer(msg.sender, payout);
    }

    /// The call that users of V2 make (API sheet, section 5). Pays in USDC.e, which the real one wraps into pUSD.
    function redeemPositions(address, bytes32, bytes32 condition, uint256[] calldata sets) external {
        for (uint256 i = 0; i < sets.length; i++) {
            uint256 id = CTF.getPositionId(USDC_E, CTF.getCollectionId(0, condition, sets[i]));
            uint256 held = CTF.balanceOf(msg.sender, id);
            CTF.safeTransferFrom(msg.sender, address(this), id, held, "");
        }
        uint256 before = ICollateral(USDC_E).balanceOf(address(this));
        CTF.redeemPositions(USDC_E, 0, condition, sets);
        ICollateral(USDC_E).transfer(msg.sender, ICollateral(USDC_E).balanceOf(address(this)) - before);
    }
}

/// An order as it is signed for V2, with its signature (on-chain sheet, section 3.3).
struct Order {
    uint256 salt;
    address maker;
    address signer;
    uint256 tokenId;
    uint256 makerAmount;
    uint256 takerAmount;
    uint8 side;
    uint8 signatureType;
    uint256 timestamp;
    bytes32 metadata;
    bytes32 builder;
    bytes signature;
}

/// Settles matches as the exchanges of Polymarket do, in the same order of logs (on-chain sheet, section 2.2), but
/// believes its caller: no signature, no price, no fee is checked. Tokens and collateral really move.
abstract contract ExchangeEvents is TokenHolder {
    function _emitFill(Leg calldata leg, address counterparty) internal virtual;
    function _emitMatch(Leg calldata taker) internal virtual;
    /// What the fee takes from the two amounts of a leg: added to what it gives, taken off what it gets.
    function _fees(Leg calldata leg) internal pure virtual returns (uint256 added, uint256 deducted);
    function _split(Market calldata market, uint256 amount) internal virtual;
    function _merge(Market calldata market, uint256 amount) internal virtual;

    function matchOrders(Market calldata market, Leg calldata taker, Leg[] calldata makers) external {
        _pull(market, taker);
        uint256 paid = 0;
        for (uint256 i = 0; i < makers.length; i++) {
            Leg calldata maker = makers[i];
            _pull(market, maker);
            uint256 size = maker.side == 0 ? maker.takerAmount : maker.makerAmount;
            uint256 cash = maker.side == 0 ? maker.makerAmount : maker.takerAmount;
            bool isComplementary = maker.side != taker.side;
            if (!isComplementary && taker.side == 0) _split(market, size);
            if (!isComplementary && taker.side == 1) _merge(market, size);
            paid += isComplementary ? cash : size - cash;
            _give(market, maker);
            _emitFill(maker, taker.wallet);
        }
        _give(market, taker);
        // What the operator pulled too much goes back without an event (on-chain sheet, section 2.5).
        if (taker.side == 0 && taker.makerAmount > paid) {
            ICollateral(market.collateral).transfer(taker.wallet, taker.makerAmount - paid);
        }
        _emitFill(taker, address(this));
        _emitMatch(taker);
    }

    /// Only the logs of a match, for tokens that Conditional Tokens does not know.
    function emitMatch(Leg calldata taker, Leg[] calldata makers) external {
        for (uint256 i = 0; i < makers.length; i++) _emitFill(makers[i], taker.wallet);
        _emitFill(taker, address(this));
        _emitMatch(taker);
    }

    function _pull(Market calldata market, Leg calldata leg) private {
        (uint256 added,) = _fees(leg);
        if (leg.side == 0) {
            ICollateral(market.collateral).transferFrom(leg.wallet, address(this), leg.makerAmount + added);
        } else {
            CTF.safeTransferFrom(leg.wallet, address(this), leg.tokenId, leg.makerAmount, "");
        }
    }

    function _give(Market calldata market, Leg calldata leg) private {
        (, uint256 deducted) = _fees(leg);
        if (leg.side == 0) {
            CTF.safeTransferFrom(address(this), leg.wallet, leg.tokenId, leg.takerAmount - deducted, "");
        } else {
            ICollateral(market.collateral).transfer(leg.wallet, leg.takerAmount - deducted);
        }
    }
}

contract ExchangeV1 is ExchangeEvents {
    event OrderFilled(
        bytes32 indexed orderHash,
        address indexed maker,
        address indexed taker,
        uint256 makerAssetId,
        uint256 takerAssetId,
        uint256 makerAmountFilled,
        uint256 takerAmountFilled,
        uint256 fee
    );
    event OrdersMatched(
        bytes32 indexed takerOrderHash,
        address indexed takerOrderMaker,
        uint256 makerAssetId,
        uint256 takerAssetId,
        uint256 makerAmountFilled,
        uint256 takerAmountFilled
    );

    function _assets(Leg calldata leg) private pure returns (uint256 given, uint256 taken) {
        return leg.side == 0 ? (uint256(0), leg.tokenId) : (leg.tokenId, uint256(0));
    }

    function _emitFill(Leg calldata leg, address counterparty) internal override {
        (uint256 given, uint256 taken) = _assets(leg);
        emit OrderFilled(
            leg.orderHash, leg.wallet, counterparty, given, taken, leg.makerAmount, leg.takerAmount, leg.fee
        );
    }

    function _emitMatch(Leg calldata taker) internal override {
        (uint256 given, uint256 taken) = _assets(taker);
        emit OrdersMatched(taker.orderHash, taker.wallet, given, taken, taker.makerAmount, taker.takerAmount);
    }

    /// Off the proceeds: tokens on a buy, collateral on a sell.
    function _fees(Leg calldata leg) internal pure override returns (uint256, uint256) {
        return (0, leg.fee);
    }

    function _split(Market calldata market, uint256 amount) internal override {
        CTF.splitPosition(market.collateral, 0, market.conditionId, _bothOutcomes(), amount);
    }

    function _merge(Market calldata market, uint256 amount) internal override {
        CTF.mergePositions(market.collateral, 0, market.conditionId, _bothOutcomes(), amount);
    }
}

contract ExchangeV2 is ExchangeEvents {
    CollateralAdapter private constant ADAPTER = CollateralAdapter(0xAdA100Db00Ca00073811820692005400218FcE1f);

    /// What a constructor would do; code that is put at an address has none.
    function start() external {
        CTF.setApprovalForAll(address(ADAPTER), true);
    }

    event OrderFilled(
        bytes32 indexed orderHash,
        address indexed maker,
        address indexed taker,
        uint8 side,
        uint256 tokenId,
        uint256 makerAmountFilled,
        uint256 takerAmountFilled,
        uint256 fee,
        bytes32 builder,
        bytes32 metadata
    );
    event OrdersMatched(
        bytes32 indexed takerOrderHash,
        address indexed takerOrderMaker,
        uint8 side,
        uint256 tokenId,
        uint256 makerAmountFilled,
        uint256 takerAmountFilled
    );

    function _emitFill(Leg calldata leg, address counterparty) internal override {
        emit OrderFilled(
            leg.orderHash,
            leg.wallet,
            counterparty,
            leg.side,
            leg.tokenId,
            leg.makerAmount,
            leg.takerAmount,
            leg.fee,
            bytes32(0),
            bytes32(0)
        );
    }

    function _emitMatch(Leg calldata taker) internal override {
        emit OrdersMatched(
            taker.orderHash, taker.wallet, taker.side, taker.tokenId, taker.makerAmount, taker.takerAmount
        );
    }

    /// Always collateral: on top of a buy, off the proceeds of a sell.
    function _fees(Leg calldata leg) internal pure override returns (uint256, uint256) {
        return leg.side == 0 ? (leg.fee, uint256(0)) : (uint256(0), leg.fee);
    }

    function _split(Market calldata market, uint256 amount) internal override {
        ADAPTER.split(market, amount);
    }

    function _merge(Market calldata market, uint256 amount) internal override {
        ADAPTER.merge(market, amount);
    }
}

/// What takes the operator's own call as it is made on Polygon.
contract OperatedExchange is ExchangeV2 {
    /// Its logs and nothing else, with the amounts of the real one.
    function matchOrders(
        bytes32,
        Order calldata taker,
        Order[] calldata makers,
        uint256 takerFill,
        uint256[] calldata makerFills,
        uint256 takerFee,
        uint256[] calldata makerFees
    ) external {
        Leg memory sum = _legOf(taker, 0, 0, takerFee);
        bool hasMint = false;
        for (uint256 i = 0; i < makers.length; i++) {
            if (_fill(makers[i], makerFills[i], makerFees[i], sum)) hasMint = true;
        }
        if (hasMint || taker.side == 1) sum.makerAmount = takerFill;
        this.emitMatch(sum, new Leg[](0));
    }

    function _fill(Order calldata maker, uint256 gives, uint256 fee, Leg memory taker) private returns (bool isMint) {
        uint256 takes = gives * maker.takerAmount / maker.makerAmount;
        this.emitFill(_legOf(maker, gives, takes, fee), taker.wallet);
        uint256 size = maker.side == 0 ? takes : gives;
        uint256 cash = maker.side == 0 ? gives : takes;
        if (maker.side == taker.side) cash = size - cash;
        taker.makerAmount += taker.side == 0 ? cash : size;
        taker.takerAmount += taker.side == 0 ? size : cash;
        return maker.side == 0 && taker.side == 0;
    }

    /// From memory: an external call copies.
    function emitFill(Leg calldata leg, address counterparty) external {
        _emitFill(leg, counterparty);
    }

    function _legOf(Order calldata order, uint256 gives, uint256 takes, uint256 fee) private pure returns (Leg memory) {
        bytes32 orderHash = keccak256(abi.encode(order.salt, order.maker));
        return Leg(orderHash, order.maker, order.side, order.tokenId, gives, takes, fee);
    }
}
