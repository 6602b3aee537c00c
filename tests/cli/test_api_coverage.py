"""``tracer api coverage``: recordings of the wanted release, formats, and languages."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from tests.cli.runner import tracer
from tracer.model import Cloud
from tracer.recording import load, save

ZED = Path(__file__).parents[2] / "recordings/zed/image-show.yaml"


def _copy(path: Path, release: str | None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save(msgspec.structs.replace(load(ZED), cloud=Cloud(release=release)), path)
    return path


def test_a_table_fits_80_columns(tmp_path: Path) -> None:
    _copy(tmp_path / "2026.2.yaml", "2026.2")
    shown = tracer("api", "coverage", ZED, tmp_path, "--unseen", COLUMNS="80")
    assert shown.returncode == 0
    lines = shown.stdout.splitlines()
    assert lines[:2] == ["glance: 2 of 79 operations, 2 %", "  zed: 2 of 75; 2026.2: 2 of 79"]
    assert max(map(len, lines)) <= 80
    row = next(line for line in lines if line.startswith("image.show-image "))
    assert row.split() == ["image.show-image", "200", "2", "2", "zed,", "2026.2"]
    assert "glance, never seen: 77 operations" in lines
    assert "POST /v2/cache/clean (2026.2)" in " ".join(shown.stdout.split())


def test_json_has_every_operation_with_its_uses() -> None:
    shown = tracer("api", "coverage", ZED, "--service", "image", "--format", "json", "--lang", "ko")
    document = json.loads(shown.stdout)
    (glance,) = document["services"]
    assert (document["format"], document["releases"], document["recordings"]) == (1, ["zed"], 1)
    assert glance["total"] == {"release": "", "documented": 75, "seen": 2}
    operations = {operation["id"]: operation for operation in glance["operations"]}
    assert len(operations) == 75
    shown_image = operations["image.show-image"]
    assert shown_image["name"] == "이미지 상세 조회"
    assert shown_image["link"].endswith("#show-image")
    assert shown_image["seen"] == [
        {"release": "zed", "statuses": {"200": 1}, "exchanges": 1, "recordings": 1}
    ]
    assert operations["image.delete-image"]["seen"] == []


def test_a_recording_of_an_unknown_release_counts_with_an_option(tmp_path: Path) -> None:
    unknown = _copy(tmp_path / "a.yaml", None)
    left_out = tracer("api", "coverage", unknown, ZED)
    assert left_out.returncode == 0
    assert left_out.stderr == (
        f"tracer: {unknown}: left out, as the release of the cloud is not known; --release decides it\n"
    )
    assert "image.show-image" in left_out.stdout
    counted = tracer("api", "coverage", unknown, ZED, "--release", "zed", "--format", "json")
    assert json.loads(counted.stdout)["recordings"] == 2
    assert counted.stderr == ""


def test_only_recordings_of_unknown_releases_are_an_error(tmp_path: Path) -> None:
    unknown = _copy(tmp_path / "a.yaml", None)
    ended = tracer("api", "coverage", unknown)
    assert ended.returncode == 2
    assert ended.stderr == (
        f"tracer: {unknown}: does not name the release of its cloud: name it with --release\n"
    )


def test_a_release_chooses_its_recordings(tmp_path: Path) -> None:
    newer = _copy(tmp_path / "b.yaml", "2026.2")
    shown = json.loads(
        tracer("api", "coverage", newer, ZED, "--release", "hibiscus", "--format", "json").stdout
    )
    assert (shown["releases"], shown["recordings"]) == (["2026.2"], 1)
    ended = tracer("api", "coverage", newer, ZED, "--release", "2024.1")
    assert ended.stderr == "tracer: --release: no recording of the release 2024.1; there are: 2026.2, zed\n"
    assert ended.returncode == 2
