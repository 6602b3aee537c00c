"""``tracer learn``, as its users start it, with recordings of real commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tracer.recording import load, save
from tracer.sequences import load as load_sequence

CASES = Path(__file__).parents[1] / "sequences" / "learning" / "cases"
SHIPPED = Path(__file__).parents[2] / "recordings" / "zed" / "image-show.yaml"


def learned(command: str, path: Path) -> str:
    """Write the sequence of recordings 1, 2 and 3 of ``command``. Return the text on stderr."""
    ended = tracer("learn", *sorted(CASES.glob(f"{command}-[123].yaml")), "-o", path)
    assert ended.returncode == 0, ended.stderr
    return ended.stderr


def test_a_recording_of_a_failed_command_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    assert learned("endpoint-create", path).splitlines() == [
        f"tracer: {CASES / 'endpoint-create-3.yaml'} is left out: the command failed with exit code 1",
        f"wrote {path}: 10 steps of 'openstack endpoint create'; 2 of 2 recordings conform",
    ]
    assert path.read_text().startswith("# Learned from 2 recordings.")
    assert [(entry.path, entry.optional) for entry in load_sequence(path).entries[2:]] == [
        ("/v3/services/{service_id}", False),
        ("/v3/regions/{region_id}", True),
        ("/v3/endpoints", False),
    ]
    checked = tracer("check", "--sequence", path, CASES / "endpoint-create-h2.yaml")
    assert checked.returncode == 1
    assert "missing: steps 9, 10, POST /v3/endpoints to keystone" in checked.stdout


def test_a_name_in_place_of_an_id_conforms(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    learned("group-create", path)
    checked = tracer("check", "--sequence", path, CASES / "group-create-h1.yaml")
    assert checked.returncode == 0, checked.stdout


def test_words_of_the_api_stay_in_paths(tmp_path: Path) -> None:
    learned("md-namespace-list", tmp_path / "x.yaml")
    assert load_sequence(tmp_path / "x.yaml").entries[-1].path == "/v2/metadefs/namespaces"


def test_a_server_error_is_a_failure_too(tmp_path: Path) -> None:
    import msgspec

    recording = load(SHIPPED)
    *others, last = recording.exchanges
    assert last.response is not None
    last = msgspec.structs.replace(last, response=msgspec.structs.replace(last.response, status=503))
    broken = msgspec.structs.replace(recording, exchanges=[*others, last], output=None)
    save(broken, tmp_path / "broken.yaml")
    ended = tracer("learn", SHIPPED, tmp_path / "broken.yaml")
    assert ended.returncode == 0
    reason = "is left out: the response of exchange 4 is a server error (503)"
    assert ended.stderr.splitlines() == [
        f"tracer: {tmp_path / 'broken.yaml'} {reason}",
        "8 steps of 'openstack image show'; 1 of 1 recording conforms",
    ]


@pytest.mark.parametrize("name", ["endpoint-create-3.yaml", "endpoint-create-h2.yaml"])
def test_failed_commands_alone_are_nothing_to_learn_from(tmp_path: Path, name: str) -> None:
    ended = tracer("learn", CASES / name, "-o", tmp_path / "x.yaml")
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"tracer: {CASES / name} is left out: the command failed with exit code 1",
        "tracer: learn: no recording of a successful command to learn from",
    ]
    assert not (tmp_path / "x.yaml").exists()
