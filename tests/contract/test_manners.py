"""Holds code to its manners: who may print, exit, catch everything, read the environment."""

import ast
import re

EXITS = {"print", "exit", "quit", "sys.exit", "os._exit", "breakpoint"}
ENVIRONMENT = re.compile(r"\b(os\.environ|os\.getenv|getenv|environ)\b")
# Where an unforeseen error is turned into an answer instead of ending the process, and why.
CATCHES_EVERYTHING = {
    "indexer/storage.py": "a store's boundary: every implementation has errors of its own",
    "app/batching.py": "the encoder's loop: a batch that fails fails its own callers",
    "app/follower.py": "the loop that looks for new generations: what is served stays served",
    "app/security.py": "the request's boundary: what nobody foresaw becomes a plain 500",
    "app/worker_keeper.py": "the loop that keeps a worker: the service goes on without one",
    "indexer/jobs/worker.py": "the worker's loop: a job that fails fails alone",
    "app/threads.py": "a thread's boundary: the error is handed to whoever waits",
}
# Who else touches the environment, with the one call it may make, and why.
SETS_ENVIRONMENT = {
    "models/loading.py": "os.environ.setdefault",  # OpenMP reads its policy when torch is imported
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\bfor now\b", re.IGNORECASE)


def test_only_the_command_line_prints_or_exits(source_files):
    loud = [
        f"{file.name}:{line} {call}"
        for file in source_files
        if not file.name.startswith("app/cli/")
        for line, call in file.calls()
        if call in EXITS
    ]
    assert not loud, "\n".join(loud)


def test_everything_is_caught_at_named_places_only(source_files):
    broad = [
        f"{file.name}:{node.lineno}"
        for file in source_files
        if file.name not in CATCHES_EVERYTHING
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ExceptHandler) and _swallows_everything(node)
    ]
    assert not broad, "\n".join(broad)


def test_places_that_catch_everything_still_do(source_files):
    catching = {
        file.name
        for file in source_files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ExceptHandler) and _swallows_everything(node)
    }
    assert set(CATCHES_EVERYTHING) <= catching


def _swallows_everything(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False  # cleans up and passes the error on
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(name) in ("Exception", "BaseException") for name in names)


def test_only_settings_read_the_environment(source_files):
    reads = [
        f"{file.name}:{node.lineno} {ast.unparse(node)}"
        for file in source_files
        if file.name != "app/settings.py"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and ENVIRONMENT.match(ast.unparse(node))
        and not SETS_ENVIRONMENT.get(file.name, "").startswith(ast.unparse(node))
    ]
    assert not reads, "\n".join(reads)


def test_nothing_is_left_unfinished(source_files):
    notes = [
        f"{file.name}:{number} {line.strip()}"
        for file in source_files
        for number, line in enumerate(file.text.splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert not notes, "\n".join(notes)


def test_functions_are_no_stubs(source_files):
    stubs = [
        f"{file.name}:{node.lineno}"
        for file in source_files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Raise) and node.exc and "NotImplemented" in ast.unparse(node.exc)
    ]
    assert not stubs, "\n".join(stubs)
