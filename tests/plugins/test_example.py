"""The package of docs/how-to/plug-ins.md: built, installed, and used by the program."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tests.plugins.packages import EXAMPLE, install
from tracer.recording import load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs/how-to/plug-ins.md", ROOT / "docs/how-to/plug-ins.ko.md"]
SOURCE = EXAMPLE / "src" / "tracer_tariff"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(install(EXAMPLE, tmp_path_factory.mktemp("packages")))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_shows_the_files_of_the_package(page: Path) -> None:
    blocks = re.findall(r"^```\w+\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    for file in ("pyproject.toml", SOURCE / "__init__.py", SOURCE / "rules/services.yaml"):
        assert (EXAMPLE / file).read_text("utf-8") in blocks


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_the_page_run(page: Path, installed: str) -> None:
    example = re.search(r"^```sh\n(tracer .*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert example
    printed = []
    for line in example[1].splitlines():
        program, *words = shlex.split(line, comments=True)
        assert program == "tracer"
        ended = tracer(*words, PYTHONPATH=installed)
        assert "tracer:" not in ended.stderr
        printed.append(ended.stdout)
    csv, written, checked, compared = printed
    assert csv.splitlines()[-1] == "GET,glance,/image/v2/images/{image_id},200"
    assert written == ""
    assert Path("image-show.csv").read_text() == csv
    assert checked == "151 of 164 recordings conform\n"
    assert re.fullmatch(r"\d+ differences\n", compared)


def test_a_service_of_a_package_is_recognised_and_its_sequence_is_known(
    installed: str, tmp_path: Path
) -> None:
    script = (
        "import urllib.request as r\nr.urlopen(r.Request('http://127.0.0.1:9/billing/v1/tariffs',"
        " headers={'User-Agent': 'tariff-api/1'}))"
    )
    ended = tracer("record", "--out", "out", "--", sys.executable, "-c", script, PYTHONPATH=installed)
    assert "no answer from http://127.0.0.1:9/billing/v1/tariffs" in ended.stderr
    (path,) = (tmp_path / "out").glob("*.yaml")
    recording = load(path)
    assert recording.participants["tariff"] == "tariff-api"
    assert (recording.exchanges[0].sender, recording.exchanges[0].receiver) == ("tariff", "tariff")
    shown = tracer("sequences", "show", "tariff-list", "--format", "mermaid", PYTHONPATH=installed).stdout
    assert "participant tariff as tariff-api" in shown
    assert "tariff-list" not in tracer("sequences", "list").stdout


def test_a_format_of_a_package_can_be_the_default(installed: str, tmp_path: Path) -> None:
    (tmp_path / "tracer.toml").write_text('[check]\nformat = "tally"\n')
    assert tracer("check", "recordings/zed", PYTHONPATH=installed).stdout.endswith("recordings conform\n")
    ended = tracer("check", "recordings/zed")
    assert ended.returncode == 2
    assert ended.stderr == (
        "tracer: tracer.toml: check.format: expected one of table, json, junit, sarif, got 'tally'\n"
    )
