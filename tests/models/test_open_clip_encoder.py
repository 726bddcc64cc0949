"""The fast encoder against open_clip's own pipeline, on small real models."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.config import ModelConfig
from models.encoder import Embeddings
from models.images import DecodedImage, decode_image
from models.lean_imports import open_clip
from models.loading import load_encoder
from models.open_clip_encoder import OpenClipEncoder
from models.thread_counts import ALL_THREADS, computing_with

TEXTS = [
    "a red boat",
    "",
    "a much longer caption about two dogs that run on a beach at noon",
    "x " * 200,
]


def photo(width: int, height: int, seed: int = 0) -> Image.Image:
    """Smooth random colours: something like a photograph's spectrum."""
    noise = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def plain_embeddings(directory: Path, pictures: list[Image.Image]) -> tuple[Embeddings, Embeddings]:
    """open_clip alone: its transform, padded text, fp32."""
    network = open_clip.create_model(f"local-dir:{directory}").eval()
    config = open_clip.transform.PreprocessCfg(**open_clip.get_model_preprocess_cfg(network))
    transform = open_clip.transform.image_transform_v2(config, is_train=False)
    tokens = open_clip.get_tokenizer(f"local-dir:{directory}")(TEXTS)
    with torch.inference_mode():
        batch = torch.stack([transform(image) for image in pictures])
        return (
            network.encode_image(batch, normalize=True).numpy(),
            network.encode_text(tokens, normalize=True).numpy(),
        )


def cosines(left: Embeddings, right: Embeddings) -> NDArray[np.float32]:
    rows: NDArray[np.float32] = (left * right).sum(axis=1)
    return rows


@pytest.fixture(params=["clip_directory", "siglip_directory"])
def directory(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


def test_text_embeddings_equal_open_clips_at_any_length(directory: Path) -> None:
    encoder = load_encoder(ModelConfig(str(directory), precision="fp32", device="cpu"))
    _, expected = plain_embeddings(directory, [photo(64, 64)])
    for texts, rows in ((TEXTS, slice(None)), (TEXTS[:1], slice(0, 1)), (TEXTS[1:3], slice(1, 3))):
        assert np.abs(encoder.encode_text(texts) - expected[rows]).max() < 1e-5


def test_image_embeddings_equal_open_clips_transform(directory: Path) -> None:
    pictures = [photo(300, 200), photo(200, 300, 1), photo(65, 64, 2), photo(31, 90, 3)]
    decoded = [
        DecodedImage(np.asarray(image), image.width, image.height, "PNG") for image in pictures
    ]
    encoder = load_encoder(ModelConfig(str(directory), precision="fp32", device="cpu"))
    expected, _ = plain_embeddings(directory, pictures)
    assert cosines(encoder.encode_image(decoded), expected).min() >= 0.9999


def test_reduced_decoding_stays_close_to_the_full_picture(directory: Path) -> None:
    files = [jpeg(photo(1600, 1200, seed)) for seed in range(4)]
    encoder = load_encoder(ModelConfig(str(directory), precision="fp32", device="cpu"))
    fast = encoder.encode_image([decode_image(data, min_side=64) for data in files])
    expected, _ = plain_embeddings(directory, [Image.open(io.BytesIO(data)) for data in files])
    assert cosines(fast, expected).min() >= 0.999


def test_half_precision_stays_close_to_single(directory: Path) -> None:
    half = load_encoder(ModelConfig(str(directory), precision="bf16", device="cpu"))
    single = load_encoder(ModelConfig(str(directory), precision="fp32", device="cpu"))
    images = [decode_image(jpeg(photo(100, 80, seed))) for seed in range(3)]
    assert cosines(half.encode_image(images), single.encode_image(images)).min() >= 0.999
    assert cosines(half.encode_text(TEXTS), single.encode_text(TEXTS)).min() >= 0.999
    assert half.info.fingerprint == single.info.fingerprint


def test_embeddings_are_unit_length_and_empty_input_gives_no_rows(directory: Path) -> None:
    encoder = load_encoder(ModelConfig(str(directory)))
    assert np.allclose(np.linalg.norm(encoder.encode_text(TEXTS), axis=1), 1, atol=1e-5)
    assert encoder.encode_text([]).shape == (0, 48)
    assert encoder.encode_image([]).shape == (0, 48)


def test_a_batch_of_any_size_gives_the_same_embeddings(directory: Path) -> None:
    images = [decode_image(jpeg(photo(90, 70, seed))) for seed in range(7)]
    small = load_encoder(ModelConfig(str(directory), precision="fp32", batch_size=2))
    large = load_encoder(ModelConfig(str(directory), precision="fp32", batch_size=64))
    assert cosines(small.encode_image(images), large.encode_image(images)).min() > 0.99999
    assert cosines(small.encode_text(TEXTS), large.encode_text(TEXTS)).min() > 0.99999


def test_a_model_reads_text_with_the_tokenizer_that_it_brings(
    own_tokenizer_directory: Path,
) -> None:
    encoder = load_encoder(ModelConfig(str(own_tokenizer_directory), precision="fp32"))
    red, blue, strange, stranger = encoder.encode_text(
        ["red boat", "blue boat", "green boat", "mauve boat"]
    )
    assert float(red @ blue) < 0.9999
    assert float(red @ strange) < 0.9999
    assert float(strange @ stranger) > 0.99999  # both words are unknown to it
    assert encoder.info.context_length == 8


def test_a_siglip_model_says_its_logit_bias_and_its_own_context_length(
    clip_directory: Path, siglip_directory: Path
) -> None:
    siglip = load_encoder(ModelConfig(str(siglip_directory))).info
    clip = load_encoder(ModelConfig(str(clip_directory))).info
    assert (siglip.logit_bias, siglip.context_length) == (-10.0, 64)
    assert (clip.logit_bias, clip.context_length) == (None, 77)
    assert clip.logit_scale == pytest.approx(1 / 0.07, rel=1e-4)


def test_tokens_are_counted_as_the_model_reads_them(directory: Path) -> None:
    encoder = load_encoder(ModelConfig(str(directory), precision="fp32", device="cpu"))
    length = encoder.info.context_length
    assert encoder.count_tokens([]) == 0
    assert encoder.count_tokens([TEXTS[0]]) == 5  # begin, three words, end
    assert encoder.count_tokens(TEXTS[:2]) == 5 + 2
    assert encoder.count_tokens([TEXTS[3]]) == length


def test_model_loaded_beside_a_short_question_computes_with_all_threads(
    clip_directory: Path,
) -> None:
    with computing_with(ALL_THREADS + 1):
        encoder = load_encoder(ModelConfig(str(clip_directory), precision="fp32", device="cpu"))
    assert isinstance(encoder, OpenClipEncoder)
    assert encoder._threads == ALL_THREADS


def test_single_question_is_computed_by_one_thread_and_a_picture_by_all(
    clip_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = load_encoder(ModelConfig(str(clip_directory), precision="fp32", device="cpu"))
    assert isinstance(encoder, OpenClipEncoder)
    seen: list[int] = []
    embed = OpenClipEncoder._embed

    def watched(self: OpenClipEncoder, features: Iterator[Tensor]) -> Embeddings:
        seen.append(torch.get_num_threads())
        return embed(self, features)

    monkeypatch.setattr(OpenClipEncoder, "_embed", watched)
    encoder._threads = 3
    encoder.encode_text(["a red boat"])
    encoder.encode_text(["a red boat"] * 600)
    encoder.encode_image([DecodedImage(np.zeros((8, 8, 3), np.uint8), 8, 8, "PNG")])
    assert seen == [1, 3, 3]
