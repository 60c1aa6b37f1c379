// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The calls of Protocol V2's PositionManager that a holder needs, with their signatures; who may mint and resolve is not
/// checked. `getPayout` reverts before the result is there (docs.polymarket.com, migrate/polymarket-v2).
contract TestPositionManager {
    mapping(address => mapping(uint256 => uint256)) public balanceOf;
    mapping(address => mapping(address => bool)) public isApprovedForAll;
    mapping(uint256 => uint256[2]) private results;

    error ConditionNotResolved();
    error NotOwnerNorApproved();
    error InsufficientBalance();

    function setApprovalForAll(address operator, bool isApproved) external {
        isApprovedForAll[msg.sender][operator] = isApproved;
    }

    function mint(address to, uint256 positionId, uint256 amount) external {
        balanceOf[to][positionId] += amount;
    }

    function resolve(uint256 conditionId, uint256[2] calldata result) external {
        results[conditionId] = result;
    }

    function getPayout(uint256 positionId, uint256 amount) external view returns (uint256) {
        uint256[2] storage result = results[positionId >> 8];
        if (result[0] + result[1] == 0) revert ConditionNotResolved();
        return amount * result[positionId & 0xff] / 1_000_000;
    }

    function burnFrom(address holder, uint256 positionId, uint256 amount) external {
        if (!isApprovedForAll[holder][msg.sender]) revert NotOwnerNorApproved();
        if (balanceOf[holder][positionId] < amount) revert InsufficientBalance();
        balanceOf[holder][positionId] -= amount;
    }
}

interface IMintable {
    function mint(address to, uint256 amount) external;
}

contract TestRouter {
    TestPositionManager private constant POSITIONS = TestPositionManager(0x006F54F7f9A22e0000CC2AB60031000000ae9fEF);
    IMintable private constant PUSD = IMintable(0xC011a7E12a19f7B1f670d46F03B03f3342E82DFB);

    function redeem(bytes31 conditionId, uint256 outcomeIndex, uint256 amount) external {
        uint256 positionId = (uint256(uint248(conditionId)) << 8) | outcomeIndex;
        uint256 payout = POSITIONS.getPayout(positionId, amount);
        POSITIONS.burnFrom(msg.sender, positionId, amount);
        PUSD.mint(msg.sender, payout);
    }
}
