"""Heat maps: where their peak lies, what is drawn, and towers cell by cell."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from models.config import ModelConfig
from models.errors import NoCellsError
from models.fake_encoder import FakeEncoder
from models.heat_maps import CellEncoder, Cells, HeatMap, Region, heat_map, overlay_png
from models.images import DecodedImage
from models.loading import load_encoder
from models.open_clip_encoder import OpenClipEncoder
from models.patches import cell_features
from models.preparation import ImagePreparer


def _picture(pixels: np.ndarray) -> DecodedImage:
    return DecodedImage(pixels, pixels.shape[1], pixels.shape[0], "PNG")


def test_peak_lies_where_the_colour_is():
    pixels = np.full((60, 100, 3), (30, 30, 230), np.uint8)
    pixels[:30, 50:] = (230, 30, 30)
    encoder = FakeEncoder()
    found = heat_map(encoder.encode_cells(_picture(pixels)), encoder.encode_text(["red"]))
    assert found.peak == (0.75, 0.25)
    assert found.heat.max() == 1
    assert found.heat.min() == 0


def test_everyday_names_take_away_what_pleases_any_text():
    direction = np.eye(3, dtype=np.float32)[:1]
    anything = np.array([[0.8, 0.6, 0.0]], np.float32)
    only_it = np.array([[0.6, 0.0, 0.8]], np.float32)
    cells = Cells(np.stack([anything, only_it], axis=1), Region())
    assert heat_map(cells, direction).heat.argmax() == 0
    assert heat_map(cells, direction, np.array([[0, 1, 0]], np.float32)).heat.argmax() == 1


def test_overlay_is_a_png_that_is_opaque_at_the_peak_and_clear_where_nothing_was_seen():
    found = HeatMap(np.array([[0.0, 1.0], [0.0, 0.0]]), Region(0.25, 0.0, 0.5, 1.0))
    with Image.open(io.BytesIO(overlay_png(found, 80, 40))) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGBA"
        pixels = np.asarray(picture)
    alpha = pixels[:, :, 3]
    assert alpha.shape == (40, 80)
    assert not alpha[:, :20].any()
    assert not alpha[:, 60:].any()
    row, column = np.unravel_index(int(alpha.argmax()), alpha.shape)
    assert alpha.max() > 150
    assert row < 20
    assert 40 < column < 60


@pytest.mark.parametrize("mode", ["shortest", "longest"])
def test_region_is_what_the_model_sees(mode: str):
    """A picture that is 0 but for one column: the model has it where the region says it is."""
    preparer = ImagePreparer(32, 32, mode, "bilinear", 0)
    pixels = np.zeros((64, 128, 3), np.uint8)
    pixels[:, 56:72] = 255
    region = preparer.region(64, 128)
    seen = preparer(_picture(pixels))[0, 16].astype(float)
    middle = (np.arange(32) + 0.5) @ seen / seen.sum() / 32
    assert region.x + middle * region.width == pytest.approx(0.5, abs=0.02)
    assert region.width == pytest.approx(0.5 if mode == "shortest" else 1.0)
    assert region.height == pytest.approx(1.0 if mode == "shortest" else 2.0)


@pytest.mark.parametrize("directory", ["clip_directory", "siglip_directory"])
def test_transformers_have_cells(directory: str, request: pytest.FixtureRequest):
    encoder = load_encoder(ModelConfig(str(request.getfixturevalue(directory)), device="cpu"))
    assert isinstance(encoder, OpenClipEncoder)
    assert isinstance(encoder, CellEncoder)
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3)).astype(np.uint8)
    cells = encoder.encode_cells(_picture(noise)).embeddings
    rows, columns, dim = cells.shape
    assert rows == columns > 1
    assert dim == encoder.info.dim
    assert np.linalg.norm(cells, axis=-1) == pytest.approx(1, abs=1e-4)


def test_cell_of_a_convolutional_tower_is_the_whole_where_all_cells_are_the_same():
    """Averaging and projecting commute with nothing to average: cell and picture agree."""

    class Trunk(torch.nn.Module):
        def forward_features(self, pixels: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.avg_pool2d(pixels, 8)

        def forward_head(self, features: torch.Tensor) -> torch.Tensor:
            return features.mean(dim=(2, 3))

    tower = torch.nn.Module()
    tower.trunk = Trunk()
    tower.head = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.GELU())
    pixels = torch.ones(1, 3, 32, 48) * torch.tensor([0.1, 0.5, 0.9]).view(1, 3, 1, 1)
    features = cell_features(tower)
    assert features is not None
    with torch.inference_mode():
        cells = features(pixels)
        whole = tower.head(tower.trunk.forward_head(tower.trunk.forward_features(pixels)))
    assert cells.shape == (4, 6, 5)
    assert torch.allclose(cells, whole.expand(4, 6, 5), atol=1e-6)


def test_tower_without_cells_says_so():
    assert cell_features(torch.nn.Linear(2, 2)) is None
    assert "no map" in str(NoCellsError("some-model"))
