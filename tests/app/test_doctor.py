"""`sightline doctor`: healthy installations pass, and each kind of trouble is found and named."""

import json

import pytest

from app.access.key_store import KeyStore
from app.access.roles import Role
from app.doctor.choices import setting_findings
from app.doctor.contents import collection_findings, job_findings
from app.doctor.disk import disk_findings
from app.doctor.machine import machine_findings
from app.doctor.service import service_findings
from indexer.jobs.board import JobBoard
from indexer.jobs.records import JobParameters
from indexer.vector_index.index import VectorIndex

PUBLIC = {"host": "0.0.0.0"}


def bad(findings):
    """Level and message of whatever is not ok; all of that has a remedy."""
    found = list(findings)
    assert found
    assert all(bool(one.remedy) == (one.level != "ok") for one in found)
    return [(str(one.level), one.message) for one in found if one.level != "ok"]


def test_healthy_installation_passes_the_doctor(sightline, library):
    outcome = sightline("doctor", "--deep", "--json")
    answer = json.loads(outcome.out)
    failures = [one for one in answer["findings"] if one["level"] == "fail"]
    assert (outcome.code, answer["ok"], failures) == (0, True, [])
    topics = {one["topic"] for one in answer["findings"]}
    wanted = {"settings", "disk", "machine", "model", "collection default", "jobs"}
    assert topics == wanted
    assert not list(library.data_dir.glob(".doctor-*"))


def test_damage_is_found_with_what_mends_it(sightline, library):
    index = next(library.config().generation_dir(1).glob("*.faiss"))
    data = bytearray(index.read_bytes())
    data[len(data) // 2] ^= 1
    index.write_bytes(data)
    outcome = sightline("doctor")
    assert outcome.code == 1
    assert f"fail  collection default: {index.name}" in outcome.out
    assert "→ sightline index --rebuild --collection default" in outcome.out


def test_deep_look_reads_what_is_not_served(library, settings_for):
    thumbnail = next(library.data_dir.glob("collections/default/thumbnails/*/*.jpg"))
    thumbnail.write_bytes(thumbnail.read_bytes()[:-1] + b"x")
    assert bad(collection_findings(settings_for(), deep=False)) == []
    (found,) = bad(collection_findings(settings_for(), deep=True))
    assert found[0] == "fail"
    assert thumbnail.name in found[1]


@pytest.mark.parametrize(
    ("changes", "keys", "level", "said"),
    [
        ({}, 0, None, ""),
        (PUBLIC, 0, "fail", "serve refuses to start"),
        (PUBLIC, 1, None, ""),
        ({**PUBLIC, "insecure": True}, 0, "warn", "see every picture"),
        ({**PUBLIC, "insecure": True, "writing": "on"}, 0, "fail", "may change it"),
        ({**PUBLIC, "anonymous": "search"}, 1, "warn", "strangers may search"),
        ({"anonymous": "none"}, 0, "warn", "nobody can get in"),
        ({**PUBLIC, "rate_per_s": 0}, 1, "warn", "as often as they like"),
        ({"allowed_hosts": "*"}, 0, "warn", "pages from elsewhere"),
        ({"trusted_proxies": "0.0.0.0/0"}, 0, "fail", "X-Forwarded-For"),
        ({"trusted_proxies": "10.0.0.0/8"}, 0, None, ""),
        ({"fetch_hosts": "a.example"}, 0, "warn", "does nothing while"),
        ({"pretrained": "laion"}, 0, "warn", "SIGHTLINE_PRETRAINED"),
        ({"worker": "warm", "writing": "off"}, 0, "warn", "kept warm"),
        ({"log_queries": True}, 0, "warn", "LOG_LEVEL=info"),
        ({"decode_workers": 256}, 0, "warn", "DECODE_WORKERS"),
    ],
)
def test_settings_that_open_or_contradict_are_named(settings_for, changes, keys, level, said):
    settings = settings_for(**changes)
    for _ in range(keys):
        KeyStore(settings.data_dir).create(Role.SEARCH, "")
    found = bad(setting_findings(settings))
    assert [one[0] for one in found] == ([level] if level else [])
    assert all(said in one[1] for one in found)


def test_rights_of_keys_and_directory_are_looked_at(tmp_path):
    KeyStore(tmp_path).create(Role.SEARCH, "")
    assert bad(disk_findings(tmp_path)) == []
    (tmp_path / "keys.json").chmod(0o644)
    tmp_path.chmod(0o777)
    levels = [level for level, _ in bad(disk_findings(tmp_path))]
    assert levels == ["warn", "fail"]
    assert [level for level, _ in bad(disk_findings(tmp_path / "none"))] == ["warn"]


def test_index_library_that_finds_the_wrong_neighbours_is_found_out(settings_for, monkeypatch):
    assert [level for level, _ in bad(machine_findings(settings_for())) if level == "fail"] == []
    search = VectorIndex.search
    monkeypatch.setattr(VectorIndex, "search", lambda index, q, k: search(index, -q, k))
    (found,) = [one for one in bad(machine_findings(settings_for())) if one[0] == "fail"]
    assert "finds other neighbours than there are" in found[1]


def test_jobs_that_nobody_runs_are_named(library, settings_for):
    board = JobBoard(library.data_dir)
    board.add(JobParameters("default"))
    board.close()
    assert bad(job_findings(settings_for(worker="auto"))) == []
    (found,) = bad(job_findings(settings_for(worker="off")))
    assert "1 jobs wait" in found[1]


def test_running_service_is_asked_instead(own_client, sightline):
    assert bad(service_findings(str(own_client.base_url), None)) == []
    outcome = sightline("doctor", "--server", "http://127.0.0.1:9")
    assert outcome.code == 1
    assert "sightline serve" in outcome.out
