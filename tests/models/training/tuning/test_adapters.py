"""LoRA: what is merged computes what was trained, and frozen weights stay put."""

from collections.abc import Callable

import pytest
import torch

from models.training.tuning.adapters import Adapted, adaptable_layers, merged
from models.training.tuning.networks import Base


@pytest.mark.parametrize("kind", ["clip", "mlp"])
def test_merged_network_is_ordinary_and_computes_what_was_trained(
    base_of: Callable[[str], Base], kind: str
) -> None:
    base = base_of(kind)
    names = set(base.network.state_dict())
    before = {name: value.clone() for name, value in base.network.state_dict().items()}
    adapted = Adapted(base.network, rank=2, seed=0)
    network = adapted.network.eval()
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in adapted.parameters().values():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.05)
        pixels, tokens = torch.rand(3, 3, 32, 32), base.tokens(["a boat", "the sea"])
        expected = network.encode_image(pixels), network.encode_text(tokens)
        plain = merged(adapted.model, adapted.parameters())
        actual = plain.encode_image(pixels), plain.encode_text(tokens)
    assert set(plain.state_dict()) == names
    assert any(not torch.equal(plain.state_dict()[name], before[name]) for name in names)
    for one, other in zip(actual, expected, strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_frozen_weights_do_not_drift_over_steps(base_of: Callable[[str], Base]) -> None:
    base = base_of("clip")
    attention = base.network.visual.transformer.resblocks[0].attn
    before = attention.in_proj_weight.detach().clone()
    adapted = Adapted(base.network, rank=2, seed=0)
    for _ in range(5):
        loss = adapted.network.encode_image(torch.rand(2, 3, 32, 32)).square().sum()
        torch.autograd.backward(loss)
        with torch.no_grad():
            for parameter in adapted.parameters().values():
                if parameter.grad is not None:
                    parameter.sub_(parameter.grad)
        adapted.steady()
    inner = adapted.network.visual.transformer.resblocks[0].attn.get_base_layer()
    assert torch.equal(inner.in_proj_weight, before)


def test_depthwise_convolutions_and_insides_of_attention_are_left_out(
    base_of: Callable[[str], Base],
) -> None:
    layers = adaptable_layers(base_of("mlp").network, rank=4)
    network = base_of("mlp").network
    modules = dict(network.named_modules())
    assert any(name.startswith("visual.trunk") for name in layers)
    assert any(name.endswith(".attn") for name in layers)
    assert not any(name.endswith("out_proj") for name in layers)
    assert all(getattr(modules[name], "groups", 1) == 1 for name in layers)
