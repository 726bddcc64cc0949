"""Import rules that import-linter cannot say; the others stand in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("torch", "torchvision", "open_clip", "timm", "transformers", "sentence_transformers")


def test_service_never_imports_the_command_line(source_files):
    crossings = [
        f"{file.name}:{line} {module}"
        for file in source_files
        if not file.name.startswith("app/cli/")
        for line, module in file.imports()
        if module == "app.cli" or module.startswith("app.cli.")
    ]
    assert not crossings, "\n".join(crossings)


def test_shipped_code_never_imports_tests_or_benchmarks(source_files):
    crossings = [
        f"{file.name}:{line} {module}"
        for file in source_files
        for line, module in file.imports()
        if module.split(".")[0] in ("tests", "benchmarks", "pytest")
    ]
    assert not crossings, "\n".join(crossings)


def test_pictures_are_decoded_in_one_place(source_files):
    # The gallery reads back what it has just drawn; training prepares its own material.
    doors = ("models/images.py", "models/training/", "indexer/gallery/")
    decoders = [
        f"{file.name}:{line} {call}"
        for file in source_files
        if not file.name.startswith(doors)
        for line, call in file.calls()
        if call in ("Image.open", "PIL.Image.open", "Image.frombytes", "ImageFile.Parser")
    ]
    assert not decoders, "\n".join(decoders)


def test_command_line_starts_without_the_model_libraries(root: Path):
    script = f"import sys, app.cli.main; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []
