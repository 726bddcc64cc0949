"""Averages of weights, which answer better than each network alone and cost nothing in use.

Between a network and what it started from lies one that has learnt less by heart (WiSE-FT,
Wortsman et al. 2022); between networks that were trained apart from one start, what only one of
them believes falls out (model soups, Wortsman et al. 2022). Never trains anything.
"""

from collections.abc import Mapping, Sequence

from torch import Tensor

Weights = Mapping[str, Tensor]


def mixed(parts: Sequence[tuple[float, Weights]]) -> dict[str, Tensor]:
    """The weighted mean of several networks' weights; shares sum to 1.

    What is no floating-point number (a counter) is the first network's. Raises ValueError if the
    shares do not sum to 1, or names differ.
    """
    shares = [share for share, _ in parts]
    if abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"shares sum to {sum(shares)}")
    first = parts[0][1]
    if any(weights.keys() != first.keys() for _, weights in parts):
        raise ValueError("the networks are not of one kind")
    return {name: _mixed(name, value, parts) for name, value in first.items()}


def _mixed(name: str, first: Tensor, parts: Sequence[tuple[float, Weights]]) -> Tensor:
    if not first.is_floating_point():
        return first.clone()
    total = first.new_zeros(first.shape)
    for share, weights in parts:
        total.add_(weights[name], alpha=share)
    return total
