"""Means of weights are what one gets name by name, and only networks of one kind have one."""

import pytest
import torch
from torch import nn

from models.training.soups import mixed


def network(seed: int, width: int = 3) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, width), nn.BatchNorm1d(width))


def test_mean_weighs_each_network_and_keeps_the_firsts_counters():
    first, second = network(0), network(1)
    first(torch.randn(4, 2))  # counted by the batch norm
    result = mixed([(0.7, first.state_dict()), (0.3, second.state_dict())])
    for name, value in result.items():
        one, other = first.state_dict()[name], second.state_dict()[name]
        wanted = 0.7 * one + 0.3 * other if one.is_floating_point() else one
        torch.testing.assert_close(value, wanted)
    assert result["1.num_batches_tracked"] == 1
    network(2).load_state_dict(result)


def test_mean_leaves_the_networks_as_they_were():
    first, second = network(0).state_dict(), network(1).state_dict()
    before = {name: value.clone() for name, value in first.items()}
    result = mixed([(0.5, first), (0.5, second)])
    result["0.weight"].zero_()
    assert all(torch.equal(first[name], before[name]) for name in before)


def test_shares_that_do_not_sum_to_one_and_other_networks_are_refused():
    with pytest.raises(ValueError, match=r"shares sum to 0\.9"):
        mixed([(0.5, network(0).state_dict()), (0.4, network(1).state_dict())])
    with pytest.raises(ValueError, match="one kind"):
        mixed([(0.5, network(0).state_dict()), (0.5, nn.Linear(2, 3).state_dict())])
