"""``tracer diff`` as its users start it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from tests.cli.runner import tracer
from tests.rendering.changes.runs import answering, hostile, run
from tracer import archives
from tracer.model import Cloud, Recording
from tracer.recording import save

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT / "recordings"
RELEASES = ("zed", "2023.1", "2024.1", "2026.2")


def _put(folder: Path, **runs: Recording) -> None:
    """Write recordings into a folder, or a folder of a folder, that is called after the release."""
    for name, one in runs.items():
        release = next((part for part in folder.parts if part in RELEASES), "zed")
        save(msgspec.structs.replace(one, cloud=Cloud(release=release)), folder / f"{name}.yaml")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A working folder with recordings of three releases: what is new, what breaks."""
    below = tmp_path / "recordings"
    _put(below / "zed", show=run(answering("/a", 0, body='{"x": 1}')), gone=run(answering("/a", 0)))
    _put(below / "2023.1", show=run(answering("/a", 0, body='{"x": 1, "y": 2}')))
    _put(below / "2026.2", show=run(answering("/a", 0, body='{"y": 2}')))
    return tmp_path


def test_shipped_releases_are_compared_by_name_and_the_new_role_is_said_once() -> None:
    ended = tracer("diff", "zed", "2026.2", cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (1, "")
    role = "POST /identity/v3/auth/tokens → 201 · body.token.roles[name=manager]"
    assert ended.stdout.count(role) == 1
    assert "  cosmetic     changed   output.stdout.status: queued → active\n" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("zed → 2026.2: ")


def test_the_same_is_exit_code_0_and_says_so() -> None:
    ended = tracer("diff", RECORDINGS / "zed", RECORDINGS / "zed")
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"{RECORDINGS / 'zed'} → {RECORDINGS / 'zed'}: no difference in ")
    assert len(ended.stdout.splitlines()) == 1


def test_releases_in_a_row_are_compared_step_by_step(home: Path) -> None:
    rows = tracer("diff", "zed", "2023.1", "2026.2", cwd=home)
    assert rows.returncode == 1
    lines = [line for line in rows.stdout.splitlines() if line]
    assert lines == [
        "zed → 2023.1",
        "show",
        "  additive  added     GET /a → 200 · body.y: 2",
        "only in zed: gone",
        (
            "zed → 2023.1: 1 difference (1 additive) in 1 of 1 recording; "
            "2 suppressed as volatile: 1 size of a content whose differences are told, "
            "1 label, note or origin of the recording"
        ),
        "2023.1 → 2026.2",
        "show",
        "  breaking  removed   GET /a → 200 · body.x: 1",
        (
            "2023.1 → 2026.2: 1 difference (1 breaking) in 1 of 1 recording; "
            "2 suppressed as volatile: 1 size of a content whose differences are told, "
            "1 label, note or origin of the recording"
        ),
    ]
    assert tracer("diff", "zed..2026.2", cwd=home).stdout == rows.stdout
    elsewhere = tracer("diff", "zed..2026.2", "--recordings", home / "recordings", cwd=ROOT.parent)
    assert elsewhere.stdout == rows.stdout


def test_a_release_may_be_a_folder_an_archive_or_both(home: Path) -> None:
    recordings = home / "recordings"
    _put(recordings / "2023.1", gone=run(answering("/a", 0)))
    in_folders = tracer("diff", "zed..2026.2", cwd=home)
    files = {name: recordings / "2023.1" / name for name in ("gone.yaml", "show.yaml")}
    archive = recordings / "2023.1.zip"
    archive.write_bytes(archives.pack({name: path.read_bytes() for name, path in files.items()}))
    files["show.yaml"].unlink()
    both = tracer("diff", "zed..2026.2", cwd=home)
    assert (both.returncode, both.stdout, both.stderr) == (1, in_folders.stdout, "")
    files["gone.yaml"].unlink()
    for words in ("zed..2026.2",), ("zed", "2023.1", "2026.2"):
        assert tracer("diff", *words, cwd=home).stdout == in_folders.stdout
    named = tracer("diff", "recordings/zed", "recordings/2023.1.zip", cwd=home).stdout
    assert "\nrecordings/zed → recordings/2023.1.zip: 1 difference" in named
    pair = [f"recordings/{folder}/show.yaml" for folder in ("zed", "2023.1.zip")]
    assert "body.y: 2" in tracer("diff", *pair, cwd=home).stdout
    mixed = tracer("diff", "recordings/2023.1.zip", pair[0], cwd=home)
    assert "recordings/2023.1.zip: is a folder, and recordings/zed/show.yaml is a recording" in mixed.stderr
    replacing = tracer("diff", *pair, "-o", "recordings/2023.1.zip", "--format", "md", cwd=home)
    assert "recordings/2023.1.zip: is what is read" in replacing.stderr
    archive.write_text("damaged")
    damaged = tracer("diff", "zed..2026.2", cwd=home)
    assert (damaged.returncode, damaged.stderr.count("\n")) == (2, 1)
    assert damaged.stderr.startswith("tracer: recordings/2023.1.zip: not a zip archive, or damaged: ")


@pytest.mark.parametrize(
    ("sides", "limit", "code"),
    [
        (("zed", "2023.1"), "any", 1),
        (("zed", "2023.1"), "additive", 1),
        (("zed", "2023.1"), "breaking", 0),
        (("zed", "2023.1"), "breaking-api", 0),
        (("zed", "2023.1"), "cosmetic", 1),
        (("2023.1", "2026.2"), "breaking", 1),
        (("2023.1", "2023.1"), "any", 0),
    ],
)
def test_the_exit_code_is_as_asked_for(home: Path, sides: tuple[str, str], limit: str, code: int) -> None:
    assert tracer("diff", *sides, "--fail-on", limit, cwd=home).returncode == code


def test_a_recording_of_one_side_alone_counts_as_different_only_for_any(home: Path) -> None:
    _put(home / "recordings/2024.1", show=run(answering("/a", 0, body='{"x": 1}')))
    alone = tracer("diff", "zed", "2024.1", cwd=home)
    assert alone.returncode == 1
    assert alone.stdout.splitlines()[0] == "only in zed: gone"
    assert tracer("diff", "zed", "2024.1", "--fail-on", "additive", cwd=home).returncode == 0


def test_what_is_volatile_is_shown_with_reasons_and_strict_suppresses_nothing(home: Path) -> None:
    shown = tracer("diff", "zed", "2023.1", "--show-volatile", cwd=home).stdout
    reason = "size of a content whose differences are told"
    assert f"  volatile  changed   GET /a → 200 · content.size: 8 → 16 ({reason})\n" in shown
    strict = tracer("diff", "zed", "2023.1", "--strict", cwd=home).stdout
    assert "  cosmetic  changed   GET /a → 200 · content.size: 8 → 16\n" in strict
    assert "; nothing suppressed" in strict


def test_a_baseline_accepts_and_complains_of_what_is_gone(home: Path) -> None:
    wrote = tracer("diff", "zed", "2023.1", "--write-baseline", "b.yaml", cwd=home)
    assert (wrote.returncode, wrote.stdout) == (0, "wrote b.yaml: 2 accepted differences\n")
    accepted = tracer("diff", "zed", "2023.1", "--baseline", "b.yaml", cwd=home)
    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert "no difference in 1 recording; 2 accepted by the baseline" in accepted.stdout
    stale = tracer("diff", "2023.1", "2023.1", "--baseline", "b.yaml", cwd=home)
    assert stale.returncode == 1
    assert stale.stderr.splitlines() == [
        "tracer: b.yaml: no longer occurs, take it out: show: GET /a → 200 · body.y (added)",
        "tracer: b.yaml: no longer occurs, take it out: gone: recording (removed)",
    ]
    only_said = tracer("diff", "2023.1", "2023.1", "--baseline", "b.yaml", "--fail-on", "additive", cwd=home)
    assert (only_said.returncode, only_said.stderr) == (0, stale.stderr)


def test_files_are_named_by_what_they_are(home: Path) -> None:
    starts = {
        "r.md": "# What changed\n",
        "r.html": "<!doctype html>\n",
        "r.json": "{\n",
        "r.xml": '<?xml version="1.0"',
        "r.sarif": "{\n",
        "r.txt": "show\n",
        "d.mmd": "sequenceDiagram\n",
        "d.svg": "<svg",
    }
    for name, start in starts.items():
        made = tracer("diff", "2023.1", "2026.2", "-o", name, cwd=home)
        assert made.returncode == 1, made.stderr
        assert made.stderr.endswith(f"wrote {name}\n")
        assert (home / name).read_text().startswith(start)
    assert tracer("diff", "2023.1", "2026.2", "-o", "d.png", "--theme", "dark", cwd=home).returncode == 1
    assert (home / "d.png").read_bytes().startswith(b"\x89PNG")
    made = tracer("diff", "2023.1", "2026.2", "--format", "json", cwd=home)
    assert (home / "r.json").read_text() == made.stdout
    (step,) = json.loads(made.stdout)["steps"]
    assert step["severities"] == {"breaking": 1, "breaking-api": 0, "additive": 0, "cosmetic": 0}
    ET.fromstring(tracer("diff", "2023.1", "2026.2", "--format", "junit", cwd=home).stdout)


def test_a_reason_is_no_name_of_a_secret(tmp_path: Path) -> None:
    """A report with the key ``token`` would not be written."""
    for release, number in (("zed", 1), ("2026.2", 2)):
        body = f'{{"a": "<token-{number}>"}}'
        _put(tmp_path / "recordings" / release, show=run(answering("/a", 0, body=body)))
    for name in ("r.json", "r.sarif", "r.md", "r.html", "r.xml", "r.txt"):
        made = tracer("diff", "zed", "2026.2", "-o", name, cwd=tmp_path)
        assert made.stderr.endswith(f"wrote {name}\n"), made.stderr
    (step,) = json.loads((tmp_path / "r.json").read_text())["steps"]
    assert {"reason": "token", "count": 1} in step["volatile"]


def test_diagrams_are_drawn_of_two_recordings(home: Path) -> None:
    merged = tracer("diff", "2023.1", "2026.2", "--draw", "merged", "--lang", "ko", cwd=home)
    assert "~ 바뀜 (주황)" in merged.stdout
    beside = tracer("diff", "2023.1", "2026.2", "--draw", "side-by-side", cwd=home).stdout
    assert "box transparent 2023.1" in beside
    many = tracer("diff", "zed", "2026.2", "--draw", "merged", cwd=ROOT)
    assert many.returncode == 2
    assert "draws two recordings, and here are" in many.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("zed",), "zed: one side alone"),
        (
            ("zed", "no-such"),
            "no-such: no such recording or folder, nor a release with recordings in recordings",
        ),
        (("zed", "2025.1"), "2025.1: no recordings of this release in recordings"),
        (("zed", "missing.yaml"), "missing.yaml: no such recording"),
        (("zed", "notes.yaml"), "is a folder, and notes.yaml is a recording"),
        (("notes.yaml", "notes.yaml"), "notes.yaml: not a recording: it has no 'format' key"),
        (("2026.2..zed",), "2026.2..zed: runs backwards"),
        (("zed..2025.1",), "2025.1: no recordings of this release"),
        (("zed", "2026.2", "--baseline", "notes.yaml"), "notes.yaml: not a baseline"),
        (("zed", "2026.2", "--baseline", "none.yaml"), "none.yaml: No such file"),
        (("zed", "2026.2", "--write-baseline", "notes.yaml"), "notes.yaml: not a baseline"),
        (("zed", "2026.2", "-o", "x.pdf"), "x.pdf: unknown kind of report"),
        (("zed", "2026.2", "--draw", "merged", "-o", "x.pdf"), "x.pdf: unknown kind of diagram"),
        (("zed", "2026.2", "--draw", "merged", "--format", "md"), "--draw: is drawn instead"),
        (("zed", "2026.2", "--theme", "dark"), "--theme: is for pictures"),
        (("zed", "2026.2", "--lang", "xx"), "--lang: unknown language 'xx'"),
        (("zed", "2026.2", "-o", "recordings/zed/show.yaml", "--format", "md"), "is what is read"),
        (
            ("zed", "2026.2", "--fail-on", "all"),
            "expected one of breaking, breaking-api, additive, cosmetic, any, got 'all'",
        ),
    ],
)
def test_what_cannot_be_compared_is_one_line(home: Path, words: tuple[str, ...], problem: str) -> None:
    (home / "notes.yaml").write_text("a: 1\n")
    ended = tracer("diff", *words, cwd=home)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert problem in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_hostile_texts_reach_no_terminal(tmp_path: Path) -> None:
    before, after = hostile()
    _put(tmp_path, one=before, two=after)
    ended = tracer("diff", "one.yaml", "two.yaml", "--show-volatile", cwd=tmp_path, FORCE_COLOR="1")
    assert ended.returncode == 1
    plain = ended.stdout.replace("\x1b[", "")
    assert "\x1b" not in plain
    assert "\u202e" not in plain
    assert "[31mred" not in ended.stdout.replace("\ufffd[31mred", "")


def test_docs_and_view_leave_second_recordings_out(home: Path) -> None:
    _put(home / "recordings/zed/again", show=run(answering("/a", 0, body='{"x": 2}')))
    _put(home / "recordings/2023.1/client-zed", show=run(answering("/a", 0, body='{"x": 1}')))
    made = tracer("docs", "recordings", "-o", "site", "--lang", "en", cwd=home)
    assert made.returncode == 0, made.stderr
    pages = sorted(str(path.relative_to(home / "site/docs")) for path in (home / "site/docs").rglob("*.md"))
    assert pages == [
        "2023.1/changes.md",
        "2023.1/show-client-zed.md",
        "2023.1/show.md",
        "2026.2/changes.md",
        "2026.2/show.md",
        "index.md",
        "zed/gone.md",
        "zed/show.md",
    ]
    tracer("view", "recordings", "-o", "v.html", cwd=home)
    assert "again/show" not in (home / "v.html").read_text()


def test_the_shipped_report_is_what_the_program_makes_today() -> None:
    made = tracer("diff", "zed..2026.2", "--format", "md", cwd=ROOT)
    assert made.stdout == (RECORDINGS / "changes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--show-volatile", "--strict"])
@pytest.mark.parametrize("name", ["x.html", "x.md", "x.txt"])
def test_the_numbers_of_secrets_are_no_secrets(option: str, name: str, tmp_path: Path) -> None:
    """The recordings count their secrets by name: ``X-Subject-Token: 1``."""
    files = [RECORDINGS / release / "image-create.yaml" for release in ("zed", "2026.2")]
    ended = tracer("diff", *files, option, "-o", name, cwd=tmp_path)
    assert (ended.returncode, (tmp_path / name).exists()) == (1, True), ended.stderr


def test_a_report_does_not_overwrite_its_baseline(tmp_path: Path) -> None:
    pair = [RECORDINGS / release / "image-list.yaml" for release in ("zed", "2026.2")]
    baseline = tmp_path / "known.yaml"
    tracer("diff", *pair, "--write-baseline", baseline, cwd=tmp_path)
    kept = baseline.read_bytes()
    ended = tracer("diff", *pair, "--baseline", baseline, "-o", baseline, "--format", "md", cwd=tmp_path)
    assert ended.returncode == 2
    assert "is what is read" in ended.stderr
    assert baseline.read_bytes() == kept


def test_second_recordings_do_not_explain_themselves(tmp_path: Path) -> None:
    _put(tmp_path / "zed", show=run(answering("/a", 0, body='{"x": 1}')))
    _put(tmp_path / "zed/again", show=run(answering("/a", 0, body='{"x": 2}')))
    ended = tracer("diff", "zed", "zed/again", cwd=tmp_path)
    assert ended.returncode == 1
    assert "body.x: 1 → 2" in ended.stdout
