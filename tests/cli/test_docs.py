"""``tracer docs`` as a user starts it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from tests.cli.runner import tracer
from tests.rendering.sites import seed_recording, write_recordings
from tracer.cli import docs
from tracer.model import Cloud, Response

CATALOG = Path(__file__).parents[2] / "tracer/sequences/catalog"


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with one recording."""
    return write_recordings(tmp_path / "recordings", image_show=seed_recording())


def test_it_says_what_it_did_and_what_to_do_next(recordings: Path, tmp_path: Path) -> None:
    made = tracer("docs", recordings, "-o", "my site", "--lang", "en", cwd=tmp_path)
    assert made.returncode == 0
    assert made.stderr == ""
    assert made.stdout.splitlines()[0] == "my site: 17 written"
    assert made.stdout.endswith("mkdocs serve -f 'my site/mkdocs.yml'\n")
    again = tracer("docs", recordings / "zed/image-show.yaml", "-o", "my site", "--lang", "en", cwd=tmp_path)
    assert again.stdout.splitlines()[0] == "my site: 17 unchanged"


def test_it_writes_all_languages(recordings: Path, tmp_path: Path) -> None:
    assert tracer("docs", recordings, "-o", "s", cwd=tmp_path).stdout.splitlines()[0] == "s: 24 written"
    assert (tmp_path / "s/docs/zed/image-show.ko.md").exists()


@pytest.mark.parametrize(
    ("given", "out"),
    [
        ("recordings", "recordings"),
        ("recordings", "recordings/site"),
        ("recordings", "recordings/zed"),
        ("recordings", "."),
        ("recordings", "link/site"),
        ("recordings/zed", "recordings"),
        ("recordings/zed/image-show.yaml", "recordings/zed"),
        ("recordings/zed/image-show.yaml", "recordings"),
        ("file.yaml", "recordings"),
        ("file.yaml", "."),
    ],
)
def test_pages_never_come_among_recordings(given: str, out: str, recordings: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(recordings)
    (tmp_path / "file.yaml").symlink_to(recordings / "zed" / "image-show.yaml")
    before = sorted(tmp_path.rglob("*"))
    made = tracer("docs", given, "-o", out, cwd=tmp_path)
    problem = f"the pages would be among the recordings of {given}: name another folder with -o"
    assert (made.returncode, made.stdout, made.stderr) == (2, "", f"tracer: {out}: {problem}\n")
    assert sorted(tmp_path.rglob("*")) == before


def test_pages_may_be_beside_recordings(recordings: Path, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes((recordings / "zed/image-show.yaml").read_bytes())
    assert tracer("docs", "one.yaml", "-o", "recordings-site", cwd=tmp_path).returncode == 0
    assert tracer("docs", "recordings", "-o", "recordings-site", cwd=tmp_path).returncode == 0


def test_an_unknown_sequence_is_named_with_the_option_that_gives_it(tmp_path: Path) -> None:
    shown = msgspec.structs.replace(seed_recording(), command="openstack volume list", sequence="our-list")
    write_recordings(tmp_path / "r", volume_list=shown, another=shown)
    made = tracer("docs", "r", "-o", "s", cwd=tmp_path)
    assert made.returncode == 0
    unknown = "its sequence 'our-list' is not known here: --add-sequence FILE gives it"
    assert made.stderr == f"tracer: r/zed/another.yaml: {unknown} (also in 1 further recording)\n"
    page = (tmp_path / "s/docs/zed/volume-list.md").read_text("utf-8")
    assert "No file of its sequence `our-list` was given." in page
    assert "no documented sequence" not in page


def test_a_sequence_without_a_purpose_is_a_documented_one(recordings: Path, tmp_path: Path) -> None:
    document = yaml.safe_load((CATALOG / "image-show.yaml").read_text("utf-8"))
    del document["purpose"]
    (tmp_path / "own.yaml").write_text(json.dumps(document))
    tracer("docs", recordings / "zed/image-show.yaml", "--sequence", "own.yaml", "-o", "s", cwd=tmp_path)
    page = (tmp_path / "s/docs/zed/image-show.md").read_text("utf-8")
    assert "What `openstack image show` says to the cloud.\n" in page


def test_a_page_names_a_failed_login(tmp_path: Path) -> None:
    run = seed_recording()
    denied = [
        *run.exchanges[:1],
        msgspec.structs.replace(run.exchanges[1], response=Response(status=401, reason="UNAUTHORIZED")),
    ]
    failed = msgspec.structs.replace(
        run, command="openstack volume list", sequence=None, verdict=None, exchanges=denied
    )
    write_recordings(tmp_path / "r", volume_list=failed)
    assert tracer("docs", "r", "-o", "s", cwd=tmp_path).stderr == ""
    failure = "(`POST /identity/v3/auth/tokens → 401 UNAUTHORIZED`)"
    for page, text in (
        ("zed/volume-list.md", f"The login of `openstack volume list` failed {failure}"),
        ("zed/volume-list.ko.md", f"로그인이 실패해서{failure}"),
        ("index.md", f"The login of `openstack volume list` failed {failure}"),
    ):
        assert text in (tmp_path / "s/docs" / page).read_text("utf-8")


@pytest.mark.parametrize(
    ("missing", "several", "beginning"),
    [
        ("", False, "next: "),
        ("mkdocs_static_i18n", False, "next: "),
        ("mkdocs_static_i18n", True, "next: pip install mkdocs-material mkdocs-static-i18n 'mkdocs<2'; "),
        ("material", False, "next: pip install mkdocs-material 'mkdocs<2'; "),
    ],
)
def test_the_next_command_installs_what_is_missing(
    missing: str, beginning: str, monkeypatch: pytest.MonkeyPatch, *, several: bool
) -> None:
    monkeypatch.setattr(docs, "find_spec", lambda name: name != missing or None)
    monkeypatch.setattr("shutil.which", lambda _: str(Path(sys.executable).with_name("mkdocs")))
    shown = f"next: {docs._next(Path('s/mkdocs.yml'), several=several)}"
    assert shown == f"{beginning}mkdocs serve -f s/mkdocs.yml"


@pytest.mark.parametrize("on_path", [None, "/usr/bin/mkdocs"])
def test_the_next_command_is_the_mkdocs_of_the_same_environment(
    on_path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: on_path)
    beside = Path(sys.executable).with_name("mkdocs")
    assert docs._next(Path("s/mkdocs.yml"), several=True) == f"{beside} serve -f s/mkdocs.yml"


def test_a_call_with_fewer_recordings_names_the_pages_that_it_removes(
    recordings: Path, tmp_path: Path
) -> None:
    later = msgspec.structs.replace(seed_recording(), cloud=Cloud(release="2026.2"))
    write_recordings(recordings, image_show=later)
    tracer("docs", recordings, "-o", "s", "--lang", "en", cwd=tmp_path)
    (tmp_path / "s/mkdocs.yml").write_text("site_name: mine\n", encoding="utf-8")
    page = tmp_path / "s/docs/2026.2/image-show.md"
    page.write_text(f"{page.read_text(encoding='utf-8')}\nMy last words.\n", encoding="utf-8")
    made = tracer("docs", recordings / "zed", "-o", "s", "--lang", "en", cwd=tmp_path)
    missing = "the given recordings and languages do not have this page"
    assert f"tracer: s/docs/2026.2/image-show.md: has your edits, and stays; {missing}\n" in made.stderr
    assert f"tracer: s/docs/2026.2/changes.md: removed; {missing}\n" in made.stderr
    assert "mkdocs.yml" not in made.stderr
    made = tracer("docs", recordings, "-o", "s", "--lang", "en", cwd=tmp_path)
    assert made.stderr == "tracer: s/docs/2026.2/image-show.md: your edits stay in: Output\n"


def test_a_page_changed_by_hand_is_named(recordings: Path, tmp_path: Path) -> None:
    tracer("docs", recordings, "-o", "s", "--lang", "en", cwd=tmp_path)
    page = tmp_path / "s/docs/zed/image-show.md"
    text = page.read_text(encoding="utf-8")
    page.write_text("mine\n", encoding="utf-8")
    made = tracer("docs", recordings, "-o", "s", "--lang", "en", cwd=tmp_path)
    assert made.returncode == 0
    assert made.stderr.startswith("tracer: s/docs/zed/image-show.md is not as tracer docs left it")
    assert made.stdout.startswith("s: 16 unchanged, 1 kept\n")
    page.write_text(
        text.replace("Prints the details", "Shows").replace("Asks for", "Wants"), encoding="utf-8"
    )
    made = tracer("docs", recordings, "-o", "s", "--lang", "en", cwd=tmp_path)
    assert made.stderr == (
        "tracer: s/docs/zed/image-show.md: your edits stay in: "
        "openstack image show; (7) GET /image/v2/images/{image_id}\n"
    )


def test_pages_show_the_given_host(recordings: Path, tmp_path: Path) -> None:
    path = recordings / "zed/image-show.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("182.161.114.101", "127.0.0.1:5000"))
    assert tracer("docs", recordings, "-o", "s", "--host", "http://controller", cwd=tmp_path).returncode == 0
    page = (tmp_path / "s/docs/zed/image-show.md").read_text(encoding="utf-8")
    assert "http://controller/identity" in page
    assert "127.0.0.1" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["recordings", "-o", "s", "--lang", "fr"], "--lang: unknown language 'fr'; known: en, ko"),
        (["nothing", "-o", "s"], "nothing: No such file or directory"),
        (["empty", "-o", "s"], "empty: no recording in this folder"),
        (
            ["recordings", "-o", "s", "--release", "2026.2"],
            "no recording of the release 2026.2; there are: zed",
        ),
        (["recordings", "-o", "a-file"], "a-file"),
        (["recordings", "-o", "s", "--host", "a/b"], "--host: not a host name or IPv4 address: 'a/b'"),
    ],
)
def test_an_error_is_one_line(recordings: Path, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a-file").touch()
    made = tracer("docs", *words, cwd=tmp_path)
    assert made.returncode == 2
    assert made.stdout == ""
    assert len(made.stderr.splitlines()) == 1
    assert said in made.stderr
