"""What each verb says, and how it ends, where no cloud is needed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.known_names import without_names
from tests.cli.runner import TRACER, tracer
from tests.patience import PATIENCE
from tests.recording.test_files import SMALL
from tests.runs.test_recovery import kept
from tracer import archives

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "recordings" / "zed" / "image-show.yaml"
TOKEN = "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhiJo21aZ-Vm8hsdN8Es"


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    path = tmp_path / "leaky.yaml"
    path.write_text(SMALL.replace("    url:", f"    headers: {{X-Auth-Token: {TOKEN}}}\n    url:"))
    return path


def test_help_names_every_verb() -> None:
    printed = tracer("--help").stdout
    for verb in ("demo", "record", "show", "diagram", "view", "recover", "scan", "redact", "cloud"):
        assert verb in printed


def test_show_prints_messages_steps_and_verdict() -> None:
    ended = tracer("show", SHIPPED, COLUMNS="100")
    assert ended.returncode == 0
    assert "GET /image/v2/images/{image_id}" in ended.stdout
    assert "conforms to image-show: 8 of 8 steps" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_diagram_goes_to_stdout_or_a_file(tmp_path: Path) -> None:
    text = SHIPPED.with_suffix(".mmd").read_text()
    assert tracer("diagram", SHIPPED).stdout == text
    assert tracer("diagram", SHIPPED, "-o", tmp_path / "a.mmd").returncode == 0
    assert (tmp_path / "a.mmd").read_text() == text
    assert tracer("diagram", SHIPPED, "-o", tmp_path / "a.svg").returncode == 0
    assert (tmp_path / "a.svg").read_text() == SHIPPED.with_suffix(".svg").read_text()
    assert tracer("diagram", SHIPPED, "-o", tmp_path / "a.png").returncode == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "words",
    [
        ("show", "none.yaml"),
        ("show", "text"),
        ("show", "torn"),
        ("show", "later"),
        ("diagram", "typed"),
        ("diagram", "right", "-o", "x.gif"),
        ("diagram", "right", "-o", "text/x.mmd"),
        ("redact", "text"),
        ("redact", "right", "--policy", "text"),
        ("record", "--sequence", "nope", "--", "true"),
        ("record", "--sequence", "text", "--", "true"),
        ("record", "--diagram", "gif", "--", "true"),
        ("recover", "missing"),
        ("show", "pipe"),
        ("record", "--out", "text", "--", "true"),
        ("record", "--participants", "x", "--", "true"),
        ("record", "--", "no-such-client"),
        ("cloud", "up", "austin"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_clear_line(
    words: tuple[str, ...], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "text").write_text("just: text\n")
    (tmp_path / "torn").write_text("format: [1")
    (tmp_path / "later").write_text(SMALL.replace("format: 2", "format: 3"))
    (tmp_path / "typed").write_text(SMALL.replace("status: 200", "status: ok"))
    (tmp_path / "right").write_text(SMALL)
    os.mkfifo(tmp_path / "pipe")
    ended = tracer(*words, cwd=tmp_path)
    assert ended.returncode == 2
    assert without_names(ended.stderr.replace(f"{tmp_path}/", "")) == snapshot
    assert ended.stderr.startswith("tracer: ")
    assert ended.stderr.count("\n") == 1


def test_scan_names_rule_and_place_but_not_the_value(leaky: Path) -> None:
    ended = tracer("scan", leaky.parent)
    assert ended.returncode == 1
    assert ended.stdout == f"{leaky}:12:29: Fernet token\n"
    assert ended.stderr == "1 found in 1 file\n"


def test_scan_tells_what_only_its_place_makes_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text(
        '{"auth": {"identity":\n {"password": {"user": {"password": "ab"}},\n  "token": {"id": "cd"}}}}'
    )
    ended = tracer("scan", path)
    assert ended.stdout == f"{path}:2:38: password\n{path}:3:20: token id\n"
    assert (ended.returncode, ended.stderr) == (1, "2 found in 1 file\n")


def test_scan_of_a_long_file_tells_each_place_once(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    lines = [f"{number:06} nothing of interest in this line, nor é" for number in range(1, 120_001)]
    leaking = [*range(40_000, 50_000, 1250), 120_000]  # the scanner's first seam is among them
    for number in leaking:
        lines[number - 1] += f" {TOKEN}"
    path.write_bytes("\n".join(lines).encode() + b"\n\0\xff")
    ended = tracer("scan", path)
    assert ended.stdout.splitlines() == [f"{path}:{number}:48: Fernet token" for number in leaking]
    assert ended.stderr == f"{len(leaking)} found in 1 file (1 of them not text)\n"
    assert ended.returncode == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_scan_reads_a_file_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.txt").write_text("a: b\npassword: kJ7xQ2\n", encoding=encoding)
    ended = tracer("scan", tmp_path)
    assert ended.returncode == 1
    assert "x.txt:2:11: password" in ended.stdout


def test_a_named_pipe_is_refused_and_an_open_one_is_read(tmp_path: Path) -> None:
    """Nobody writes to the named one: opening it would wait without end."""
    os.mkfifo(tmp_path / "pipe")
    scanned, checked = (tracer(verb, "pipe", cwd=tmp_path) for verb in ("scan", "check"))
    assert (scanned.returncode, scanned.stderr.splitlines()[0]) == (
        2,
        "tracer: pipe: it is a pipe: only files can be scanned",
    )
    assert "it is a named pipe: name a file" in checked.stdout
    (tmp_path / "right").write_text(SMALL)
    for words in (f"cat right | {TRACER} show /dev/stdin", f"{TRACER} show <(cat right)"):
        ended = subprocess.run(
            ["bash", "-c", words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (0, "")


def test_scan_of_what_is_clean(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0\xff")
    ended = tracer("scan", tmp_path, ROOT / "recordings" / "2026.2")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "1 of them not text" in ended.stderr
    assert tracer("scan", tmp_path / "none").returncode == 2


def test_scan_names_the_file_inside_an_archive(tmp_path: Path) -> None:
    secret = b"password: kJ7xQ2\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "zed.zip").write_bytes(
        archives.pack({"a.js": secret, "again/b.txt": secret, "c": b"x"})
    )
    (tmp_path / "in" / "damaged.zip").write_text("no archive")
    ended = tracer("scan", "in", cwd=tmp_path)
    assert ended.returncode == 2
    assert [line.rsplit(":", 3)[0] for line in ended.stdout.splitlines()] == [
        "in/zed.zip/a.js",
        "in/zed.zip/again/b.txt",
    ]
    assert "tracer: in/damaged.zip: not a zip archive, or damaged: " in ended.stderr
    assert "2 found in 3 files" in ended.stderr
    for path, count in (("in/zed.zip", 2), ("in/zed.zip/again", 1), ("in/zed.zip/a.js", 1)):
        assert tracer("scan", path, cwd=tmp_path).stdout.count("\n") == count
    for pattern, count in (("*.js", 1), ("again", 1), ("*.zip", 0)):
        words = ("in", "--exclude", pattern, "--exclude", "damaged.zip")
        assert tracer("scan", *words, cwd=tmp_path).stdout.count("\n") == count


@pytest.mark.parametrize("verb", ["label", "redact", "recover"])
def test_no_verb_changes_an_archive(verb: str, tmp_path: Path) -> None:
    archive = tmp_path / "zed.zip"
    archive.write_bytes(archives.pack({"a.yaml": SMALL.encode()}))
    before = archive.read_bytes()
    ended = tracer(verb, "zed.zip", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "tracer: zed.zip: it is an archive, which tracer only reads; unpack it first: "
        "python3 -m zipfile -e zed.zip zed && "
        "python3 -m zipfile -e zed/recordings.zip zed && rm -- zed/recordings.zip\n"
    )
    assert archive.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ("matrix", "--releases", "zed", "-o", "zed.zip"),
        ("record", "-o", "zed.zip", "--", "true"),
        ("docs", "zed.zip", "-o", "zed.zip"),
        ("view", "zed.zip", "-o", "zed.zip/view.html"),
        ("diagram", "zed.zip/a.yaml", "-o", "zed.zip/a.svg"),
    ],
)
def test_nothing_is_written_into_an_archive(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "zed.zip").write_bytes(archives.pack({"a.yaml": SMALL.encode()}))
    ended = tracer(*words, cwd=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "zed.zip: it is an archive, which tracer only reads; unpack it first: " in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["zed.zip"]


@pytest.mark.parametrize(
    ("patterns", "scanned"),
    [
        ([], {"a.txt", "assets/b.js", "assets/js/c.js"}),
        (["*.js"], {"a.txt"}),
        (["assets"], {"a.txt"}),
        (["site/assets/js"], {"a.txt", "assets/b.js"}),
        (["a.txt", "js"], {"assets/b.js"}),
        (["site", "around"], {"a.txt", "assets/b.js", "assets/js/c.js"}),
        (["nothing", "*.JS"], {"a.txt", "assets/b.js", "assets/js/c.js"}),
    ],
)
def test_scan_leaves_out_what_a_pattern_names(patterns: list[str], scanned: set[str], tmp_path: Path) -> None:
    folder = tmp_path / "around"
    for name in ("a.txt", "assets/b.js", "assets/js/c.js"):
        path = folder / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("password: kJ7xQ2\n")
    excluding = [f"--exclude={pattern}" for pattern in patterns]
    ended = tracer("scan", "site", *excluding, cwd=folder)
    assert ended.returncode == 1
    assert {line.split(":")[0] for line in ended.stdout.splitlines()} == {f"site/{name}" for name in scanned}
    number = 3 - len(scanned)
    assert ended.stderr.endswith(f", {number} excluded\n" if number else "files\n")
    assert tracer("scan", folder / "site", *excluding, cwd=folder).stdout.count("\n") == len(scanned)
    (folder / "tracer.toml").write_text(f"[scan]\nexclude = {patterns}\n")
    assert tracer("scan", "site", cwd=folder).stdout == ended.stdout


def test_redact_takes_out_and_says_so(leaky: Path) -> None:
    assert tracer("redact", leaky).stdout == f"{leaky}: 1 redacted\n"
    assert TOKEN not in leaky.read_text()
    assert tracer("redact", leaky).stdout == f"{leaky}: nothing to redact\n"
    assert tracer("scan", leaky).returncode == 0


def test_a_policy_of_the_users_own_adds_rules(leaky: Path, tmp_path: Path) -> None:
    policy = tmp_path / "mine.toml"
    policy.write_text(
        'format = 1\n[[patterns]]\nname = "image name"\nkind = "name"\npattern = "cirros-[0-9.]+"\n'
    )
    ended = tracer("scan", "--policy", policy, leaky)
    assert f"{leaky}:" in ended.stdout
    assert "image name" in ended.stdout
    tracer("redact", "--policy", policy, leaky)
    assert "cirros-0" not in leaky.read_text()


def test_recover_says_what_there_is(tmp_path: Path) -> None:
    assert tracer("recover", tmp_path).stdout == f"nothing to recover in {tmp_path}\n"
    (tmp_path / ".journal").mkdir()
    (tmp_path / ".journal" / "x.jsonl").write_text("rubbish\n")
    ended = tracer("recover", tmp_path)
    assert ended.returncode == 2
    assert "left as it is" in ended.stderr


def test_nothing_recorded_is_told(tmp_path: Path) -> None:
    ended = tracer("record", "--", "true", cwd=tmp_path)
    assert ended.returncode == 0
    assert ended.stderr.startswith("tracer: nothing was recorded: ")
    failed = tracer("record", "--", "sh", "-c", "exit 7", cwd=tmp_path)
    assert failed.returncode == 7
    assert failed.stderr.startswith("tracer: nothing was recorded: the command itself failed (exit code 7)")


def test_record_recovers_what_an_earlier_proxy_left_behind(tmp_path: Path) -> None:
    kept(tmp_path, killed=True)
    ended = tracer("record", "--out", tmp_path, "--", "true")
    assert f"tracer: recovered {tmp_path / 'zed' / 'image-show.yaml'}" in ended.stderr
    assert not (tmp_path / ".journal").exists()


@pytest.mark.parametrize(
    "words", [("view",), ("diagram", "-o", "own.svg"), ("learn", "--replace", "-o", "own.svg")]
)
def test_nothing_overwrites_what_it_reads(words: tuple[str, ...], tmp_path: Path) -> None:
    name = words[-1] if "-o" in words else "own.html"
    content = (ROOT / "recordings" / "zed" / "image-show.yaml").read_bytes()
    (tmp_path / name).write_bytes(content)
    ended = tracer(words[0], name, *words[1:], cwd=tmp_path)
    problem = f"tracer: {name}: is what is read: name another file with -o\n"
    assert (ended.returncode, ended.stderr) == (2, problem)
    assert (tmp_path / name).read_bytes() == content


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = [TRACER, "diagram", f"{ROOT}/recordings/zed/image-show.yaml"]
    ended = subprocess.run(
        words, stdout=writer, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_full_disk_is_one_line_of_error() -> None:
    words = [TRACER, "diagram", f"{ROOT}/recordings/zed/image-show.yaml"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            words, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE
        )
    assert ended.returncode == 2
    assert ended.stderr == "tracer: output: No space left on device\n"


def test_a_closed_stdout_is_no_fault() -> None:
    line = f"{TRACER} diagram {ROOT}/recordings/zed/image-show.yaml >&-"
    ended = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (ended.returncode, ended.stderr) == (0, "")
