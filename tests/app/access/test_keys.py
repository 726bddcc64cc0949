"""Keys: made once, kept as hashes, found in constant form, ended at once; one file, whole."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.access.key_records import matching
from app.access.key_store import KeyStore
from app.access.keyring import Keyring
from app.access.roles import Role
from app.door_failures import KeyNotFoundError, KeysUnreadableError
from tests.keys import secret_of


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "data")


def test_key_is_found_by_itself_and_by_nothing_like_it(store: KeyStore):
    record, key = store.create(Role.WRITE, "camera")
    other, other_key = store.create(Role.SEARCH, "")
    records = {one.key_id: one for one in store.records()}
    assert matching(key, records) == record
    secret, other_secret = secret_of(key), secret_of(other_key)
    wrong = [
        "",
        secret,
        key[:-1],
        key + "A",
        key + "\n",
        key.upper(),
        f"sightline_{record.key_id}_{'A' * 43}",
        f"sightline_{other.key_id}_{secret}",
        f"sightline_{record.key_id}_{other_secret}",
        f"sightline_00000000_{secret}",
        f"sightline_{record.key_id}_{record.secret_sha256}",
    ]
    assert [one for one in wrong if matching(one, records)] == []


def test_file_of_keys_holds_no_key_and_is_its_owners_alone(store: KeyStore):
    _, key = store.create(Role.ADMIN, "me")
    text = store.path.read_text("utf-8")
    assert key not in text
    assert secret_of(key) not in text
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert not list(store.path.parent.glob("*.unfinished"))


def test_revoked_key_opens_nothing_and_stays_on_record(store: KeyStore):
    record, key = store.create(Role.SEARCH, "")
    ring = Keyring(store.path.parent)
    assert ring.now().find(key) == record
    store.revoke(record.key_id)
    assert ring.now().find(key) is None
    assert (ring.now().in_use, ring.now().any_works) == (True, False)
    first = store.records()[0].revoked_at
    assert store.revoke(record.key_id).revoked_at == first
    with pytest.raises(KeyNotFoundError, match="deadbeef"):
        store.revoke("deadbeef")


def test_keys_that_are_made_at_the_same_time_are_all_kept(store: KeyStore):
    make = (
        "import sys; from pathlib import Path; from app.access.key_store import KeyStore;"
        "from app.access.roles import Role; store = KeyStore(Path(sys.argv[1]));"
        "[store.create(Role.SEARCH, '') for _ in range(5)]"
    )
    arguments = [sys.executable, "-c", make, str(store.path.parent)]
    makers = [subprocess.Popen(arguments) for _ in range(2)]
    assert [maker.wait(60) for maker in makers] == [0, 0]
    assert len(store.records()) == 10


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2, "keys": []}', '{"keys": [{}]}'])
def test_file_that_is_not_whole_lets_nobody_in(store: KeyStore, text: str):
    store.path.parent.mkdir()
    store.path.write_text(text, "utf-8")
    with pytest.raises(KeysUnreadableError, match=r"keys\.json"):
        Keyring(store.path.parent).now()


def test_commands_make_list_and_end_keys(sightline, tmp_path: Path):
    made = sightline("keys", "create", "--role", "search", "--name", "a friend\x1b[31m", "--json")
    key = json.loads(made.out)
    assert Keyring(tmp_path / "data").now().find(key["key"]) is not None
    listed = sightline("keys", "list")
    assert "a friend[31m" in listed.out
    assert key["key"] not in sightline("keys", "list", "--json").out
    assert sightline("keys", "revoke", key["key_id"]).code == 0
    assert "revoked" in sightline("keys", "list").out
    plain = sightline("keys", "create", "--role", "admin")
    assert plain.out.startswith("sightline_")
    assert len(plain.out.split()) == 1
    unknown = sightline("keys", "revoke", "deadbeef")
    assert (unknown.code, "no key" in unknown.err) == (1, True)
