"""Pictures and captions: what is left out, held out, drawn and changed."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import TrainingError
from models.images import decode_image
from models.preparation import ImagePreparer
from models.training.tuning.batches import Batches, Captions
from models.training.tuning.pictures import Entry, Picture, gather, hold_out
from models.training.tuning.progress import SilentProgress
from models.training.tuning.views import changed_view

PREPARE = ImagePreparer(32, 32, "shortest", "bicubic", 0)


def pictures(count: int) -> list[Picture]:
    return [Picture(Path(f"{n}.png"), (f"number {n}", f"the {n}"), str(n)) for n in range(count)]


def test_bad_files_are_left_out_and_counted_with_their_reason(
    entries: list[Entry], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    copy = tmp_path / "copy.png"
    copy.write_bytes(entries[0].file.read_bytes())
    named = [
        *entries[:2],
        Entry(copy, ("the same again",)),
        Entry(broken, ("x",)),
        Entry(tmp_path / "none.png", ("y",)),
        Entry(entries[3].file),
        Entry(tmp_path, problem="row 7 names no file"),
    ]
    found = gather(named, captioned=True, min_side=32, progress=SilentProgress())
    assert len(found.pictures) == 2
    assert found.pictures[0].captions == (*entries[0].captions, "the same again")
    assert sum(found.left_out.values()) == 4
    assert found.left_out["it has no caption"] == 1
    assert found.left_out["row 7 names no file"] == 1
    assert any("No such file" in reason for reason in found.left_out)


def test_nothing_usable_is_an_error_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="1 × it cannot be read"):
        gather(
            [Entry(tmp_path / "a.png", ("a",))],
            captioned=True,
            min_side=8,
            progress=SilentProgress(),
        )


def test_pictures_of_one_group_are_held_out_together() -> None:
    grouped = [Picture(p.file, p.captions, str(n // 4)) for n, p in enumerate(pictures(40))]
    kept, held = hold_out(grouped, 0.2, seed=3)
    assert len(held) == 8
    assert not {p.group for p in kept} & {p.group for p in held}
    assert hold_out(grouped, 0.2, seed=3) == (kept, held)
    assert hold_out(grouped, 0.2, seed=4)[1] != held


def test_equal_captions_of_two_pictures_are_no_negatives_of_each_other() -> None:
    two = [Picture(Path("a"), ("A dog.", "it runs"), "a"), Picture(Path("b"), ("a  dog",), "b")]
    captions = Captions(two)
    assert captions.texts == ["A dog.", "it runs"]
    truth = captions.truth(np.array([0, 1]), np.array([0, 1]))
    assert truth.tolist() == [[True, True], [True, False]]


def test_steps_repeat_by_seed_and_an_epoch_shows_every_picture_once() -> None:
    batches = Batches(pictures(12), 4, 1, seed=5)
    again = Batches(pictures(12), 4, 1, seed=5)
    again.draw(7)  # whatever was drawn before
    first, same = batches.draw(2), again.draw(2)
    assert first.rows.tolist() == same.rows.tolist()
    assert first.texts.tolist() == same.texts.tolist()
    assert sorted(np.concatenate([batches.draw(s).rows for s in range(3)])) == list(range(12))
    assert len(first.texts) == 4
    assert Batches(pictures(12), 4, 1, seed=6).draw(2).rows.tolist() != first.rows.tolist()


@pytest.mark.parametrize(
    ("caption", "mirrorable"),
    [("a man on the left", False), ("turning Right.", False), ("a bright leftover", True)],
)
def test_picture_is_mirrored_only_when_no_caption_names_a_side(
    caption: str, mirrorable: bool
) -> None:
    assert Picture(Path("a"), ("a man", caption), "a").mirrorable is mirrorable


def test_changed_view_repeats_by_seed_and_has_the_models_geometry(entries: list[Entry]) -> None:
    image = decode_image(entries[0].file.read_bytes())
    views = [changed_view(image, PREPARE, seed, mirrorable=True) for seed in (1, 1, 2)]
    assert views[0].shape == (3, 32, 32)
    assert views[0].dtype == np.uint8
    assert np.array_equal(views[0], views[1])
    assert not np.array_equal(views[0], views[2])
