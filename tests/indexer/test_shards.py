"""Tar shards: WebDataset's naming, unchanged ones unopened, damaged ones read as far as they go."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.originals import Originals
from indexer.reading import UnreadableFileError
from indexer.sources.local_shards import LocalShards
from indexer.sources.patterns import expand_braces
from tests.indexer.workbench import Workbench, draw_picture

Members = dict[str, bytes | str]


def _jpeg(bench: Workbench, number: int) -> bytes:
    return draw_picture(bench.home / "drawn" / f"{number}.jpg", number).read_bytes()


def _pack(path: Path, members: Members, form: int = tarfile.PAX_FORMAT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=form) as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def _names(bench: Workbench) -> list[str]:
    return sorted(item.uri.partition("#/")[2] for item in _items(bench).values())


def _items(bench: Workbench):
    return {item.uri.rpartition("/")[2]: item for item in bench.by_uri().values()}


def _shard(bench: Workbench, count: int = 6, name: str = "a.tar") -> Path:
    members: Members = {f"{n:04}.jpg": _jpeg(bench, n) for n in range(count)}
    return _pack(bench.home / name, members)


def test_samples_of_a_shard_bring_captions_and_metadata(bench: Workbench):
    members: Members = {
        "000/1.jpg": _jpeg(bench, 1),
        "000/1.txt": " a red kite \n",
        "000/1.json": json.dumps({"caption": ["a kite", "a red kite"], "year": 2020}),
        "000/2.seg.jpg": _jpeg(bench, 2),
        "000/2.caption": "two",
        "000/3.jpg": _jpeg(bench, 3),
        "000/3.json": "[1]",
        "000/4.cls": "7",
        "stray.txt": "of no picture",
        "été/ü" + "x" * 120 + ".jpg": _jpeg(bench, 4),
    }
    summary = bench.index(_pack(bench.home / "a.tar", members))
    items = _items(bench)
    assert items["1.jpg"].captions == ("a red kite", "a kite")
    assert items["1.jpg"].metadata == {"year": 2020}
    assert items["2.seg.jpg"].captions == ("two",)
    assert len(items) == 4
    assert summary.skipped_by_code == {"bad_row": 1, "not_a_picture": 2}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_read_by_their_uri_in_every_format_of_tar(bench: Workbench, form: int):
    deep = "d" * 60 + "/" + "e" * 60 + ".jpg"
    members: Members = {"a b#%.jpg": _jpeg(bench, 1), deep: _jpeg(bench, 2)}
    bench.index(_pack(bench.home / "x #1.tar", members, form))
    originals = Originals(bench.config)
    for item in bench.by_uri().values():
        drawn = originals.read(item.uri, bench.config.limits)
        assert drawn.data in members.values()
        assert drawn.size_bytes == item.size_bytes == len(drawn.data)


def test_unchanged_shard_is_not_opened_and_a_touched_one_is_not_decoded(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    path = _shard(bench)
    bench.index(path)
    with monkeypatch.context() as patch:
        patch.setattr(LocalShards, "open", lambda *_: pytest.fail("opened"))
        assert bench.index(path).published is False
    bench.forget_counts()
    path.touch()
    summary = bench.index_known()
    assert (summary.published, summary.decoded, bench.loads) == (False, 0, 0)


def test_shard_that_grows_keeps_ids_and_embeddings_of_what_it_had(bench: Workbench):
    path = _shard(bench, 3)
    bench.index(path)
    before = {name: item.image_id for name, item in _items(bench).items()}
    _shard(bench, 5)
    summary = bench.index_known()
    assert (summary.new, summary.encoded, summary.removed) == (2, 2, 0)
    assert before.items() <= {name: item.image_id for name, item in _items(bench).items()}.items()
    _shard(bench, 2)
    assert bench.index_known().removed == 3


@pytest.mark.parametrize("cut", ["in a picture", "in a header", "at the end"])
def test_shard_that_breaks_off_gives_what_is_there_and_keeps_what_was_known(
    bench: Workbench, cut: str
):
    path = _shard(bench)
    with tarfile.open(path) as archive:
        places = [(member.offset, member.offset_data) for member in archive]
        end = archive.offset
    whole = path.read_bytes()
    size = {"in a picture": places[3][1] + 100, "in a header": places[3][0] + 100}.get(cut, end)
    left = 6 if cut == "at the end" else 3
    broken = bench.home / "broken.tar"
    broken.write_bytes(whole[:size])
    summary = bench.index(broken)
    assert (summary.new, summary.skipped_by_code) == (left, {"corrupt": 1})
    bench.index(path)
    path.write_bytes(whole[:size])
    summary = bench.index(path)
    assert (summary.removed, summary.skipped_by_code) == (0, {"corrupt": 1})
    path.write_bytes(whole)
    assert bench.index(path).skipped == 0


def test_shard_damaged_in_its_middle_is_read_on_behind_the_damage(bench: Workbench):
    path = _shard(bench)
    data = bytearray(path.read_bytes())
    with tarfile.open(path) as archive:
        header = archive.getmember("0002.jpg").offset
    data[header : header + 512] = b"\xa5" * 512
    path.write_bytes(data)
    summary = bench.index(path)
    assert _names(bench) == ["0000.jpg", "0001.jpg", "0003.jpg", "0004.jpg", "0005.jpg"]
    assert summary.skipped_by_code == {"corrupt": 1}


@pytest.mark.parametrize("content", [b"", b"<html>no such shard</html>", b"x" * 5_000])
def test_file_that_is_no_archive_is_on_record_and_removes_nothing(bench: Workbench, content: bytes):
    path = _shard(bench)
    bench.index(path)
    path.write_bytes(content)
    summary = bench.index(path)
    assert (summary.removed, summary.skipped) == (0, 1)


def test_member_of_a_shard_that_was_exchanged_is_refused_instead_of_another(bench: Workbench):
    path = _shard(bench)
    bench.index(path)
    uri = _items(bench)["0001.jpg"].uri
    _pack(path, {"other.txt": "x" * 1_000, "0001.jpg": _jpeg(bench, 9)})
    with pytest.raises(UnreadableFileError, match="its archive has changed"):
        Originals(bench.config).read(uri, bench.config.limits)


def test_patterns_name_many_shards_and_a_missing_one_keeps_its_pictures(bench: Workbench):
    first, second = _shard(bench, 2, "s-00.tar"), _shard(bench, 3, "s-01.tar")
    bench.index(str(bench.home / "s-{00..01}.tar"))
    assert len(bench.by_uri()) == 5
    second.unlink()
    summary = bench.index_known()
    assert (summary.removed, summary.skipped_by_code) == (0, {"not_found": 1})
    bench.index_known(remove=[str(bench.home / "s-{00..01}.tar")])
    bench.index(str(bench.home / "*.tar"))
    assert len(bench.by_uri()) == 2
    first.unlink()
    with pytest.raises(SourceError, match="no file matches"):
        bench.index_known(allow_empty=True)


def test_braces_spell_numbers_with_their_zeros_and_words():
    assert expand_braces("t-{008..010}.tar") == ["t-008.tar", "t-009.tar", "t-010.tar"]
    assert expand_braces("{a,b}{1..2}") == ["a1", "a2", "b1", "b2"]
    assert expand_braces("{3..1}") == ["3", "2", "1"]
    assert expand_braces("{a,{b,c}}") == ["a", "b", "c"]
    with pytest.raises(ValueError, match="more than"):
        expand_braces("{0..9}" * 7)


def test_pictures_of_a_removed_shard_leave_and_their_listing_is_forgotten(bench: Workbench):
    path = _shard(bench)
    bench.draw("a.jpg")
    bench.index(path, bench.pictures)
    assert bench.config.shard_index_path(path.as_uri()).is_file()
    bench.index_known(remove=[path])
    assert list(bench.by_uri()) == [(bench.pictures / "a.jpg").as_uri()]
    assert not bench.config.shard_index_path(path.as_uri()).exists()
