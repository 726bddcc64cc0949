"""Pictures to measure with: a folder or a tar that the caller has. Never downloads any."""

import tarfile
from pathlib import Path

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def photo_folder(photos: Path, target: Path, limit: int | None = None) -> Path:
    """Make `target` hold links to the pictures of a folder, or the pictures of a tar."""
    target.mkdir(parents=True)
    if photos.is_dir():
        for path in sorted(path for path in photos.rglob("*") if _is_picture(path))[:limit]:
            name = "-".join(path.relative_to(photos).parts)
            (target / name).symlink_to(path.resolve())
        return target
    with tarfile.open(photos) as tar:
        members = [member for member in tar.getmembers() if member.isfile()]
        tar.extractall(target, members[:limit], filter="data")
    return target


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES and path.is_file()
