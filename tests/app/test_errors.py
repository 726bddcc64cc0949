"""The table of errors, held against the trees of all three packages."""

import pytest

from app import failures
from app.error_table import ERROR_TABLE, row_for
from app.errors import problem_for
from indexer import errors as indexer_errors
from models import errors as model_errors

ROOTS = (failures.AppError, indexer_errors.IndexerError, model_errors.ModelError)


def _tree(root: type[Exception]) -> list[type[Exception]]:
    found = [root]
    for child in root.__subclasses__():
        found.extend(_tree(child))
    return found


EVERY_ERROR = [error for root in ROOTS for error in _tree(root)]


@pytest.mark.parametrize("error", EVERY_ERROR)
def test_table_has_a_row_of_its_own_for_every_error(error: type[Exception]):
    assert [row for row in ERROR_TABLE if row.error is error]


@pytest.mark.parametrize("error", EVERY_ERROR)
def test_table_reaches_the_own_row_before_a_parents(error: type[Exception]):
    first = next(row for row in ERROR_TABLE if issubclass(error, row.error))
    assert first.error is error


def test_table_holds_only_errors_of_the_three_trees():
    assert {row.error for row in ERROR_TABLE} == set(EVERY_ERROR)


def test_table_never_passes_internal_words_on_in_a_5xx():
    own_words = {row.code for row in ERROR_TABLE if row.status >= 500 and row.detail is None}
    assert own_words == {"not_ready"}  # says only what it waits for


def test_unexpected_error_is_internal_and_keeps_its_words_to_itself():
    problem = problem_for(RuntimeError("secret"), "/v1/search")
    assert (problem.status, problem.code) == (500, "internal")
    assert "secret" not in problem.model_dump_json()


def test_problem_says_the_errors_own_words_to_the_client():
    problem = problem_for(indexer_errors.NoGenerationError("holiday"), "/v1/search")
    assert (problem.status, problem.code) == (409, "nothing_indexed")
    assert "sightline index" in problem.detail
    assert problem.type == "urn:sightline:error:nothing_indexed"
    assert problem.instance == "/v1/search"


def test_row_for_a_kind_that_is_born_later_is_its_parents():
    class NewImageError(model_errors.CorruptImageError):
        """A kind that the table does not know."""

    try:
        assert row_for(NewImageError("x")).code == "image_corrupt"
    finally:
        del NewImageError
