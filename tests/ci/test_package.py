"""The package that a release uploads: its files and its metadata."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from typing import TYPE_CHECKING

import pytest

from tests.ci.package import ROOT, Package, build
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from email.message import Message


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def metadata(package: Package) -> Message:
    with zipfile.ZipFile(package.wheel) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("/METADATA"))
        return Parser().parsestr(wheel.read(name).decode())


def tracked(*folders: str) -> set[str]:
    """Return the files of the clone below ``folders``, also those that the next commit adds."""
    argv = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return {name for name in listed if (ROOT / name).exists()}


def test_the_wheel_has_every_file_of_the_package(package: Package) -> None:
    with zipfile.ZipFile(package.wheel) as wheel:
        files = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert files == tracked("tracer")


def test_the_source_distribution_has_what_a_build_needs(package: Package) -> None:
    with tarfile.open(package.source) as source:
        files = {name.partition("/")[2] for name in source.getnames()}
    assert files >= tracked("tracer", "addons", "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml")
    assert not any(name.startswith(("tests/", "recordings/")) for name in files)


def test_twine_accepts_the_package(package: Package) -> None:
    argv = [sys.executable, "-m", "twine", "check", "--strict", *map(str, package)]
    ended = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("PASSED") == 2


def test_the_long_description_has_no_relative_link(metadata: Message) -> None:
    text = metadata.get_payload()
    assert isinstance(text, str)
    links = re.findall(r"\]\(([^)\s]+)", text) + re.findall(r'\bsrc(?:set)?="([^"]+)', text)
    assert len(links) > 10
    assert [link for link in links if not re.match(r"https://|#", link)] == []
    pictures = re.findall(r"!\[[^\]]*\]\(([^)\s]+)", text)
    assert pictures
    assert all(link.startswith("https://raw.githubusercontent.com/") for link in pictures)


def test_each_link_of_the_long_description_is_a_file_of_the_clone(metadata: Message) -> None:
    text = metadata.get_payload()
    assert isinstance(text, str)
    source = re.escape(dict(line.split(", ") for line in metadata.get_all("Project-URL") or ())["Source"])
    raw = source.replace(r"github\.com", r"raw\.githubusercontent\.com")
    paths = re.findall(rf"(?:{source}/blob|{raw})/main/([^)#\s\"]+)", text)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_metadata_is_complete(metadata: Message) -> None:
    urls = dict(line.split(", ") for line in metadata.get_all("Project-URL") or ())
    assert urls.keys() == {"Changelog", "Documentation", "Homepage", "Issues", "Source"}
    assert all(url.startswith(urls["Source"]) for url in urls.values())
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("Provides-Extra") or ()) == {"api-reference", "cluster", "docs"}
    supported = {line.rpartition(" ")[2] for line in metadata.get_all("Classifier") or ()}
    assert {"3.11", "3.12", "3.13"} <= supported


def test_the_extra_for_documentation_has_the_packages_of_its_group() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["optional-dependencies"]["docs"] == project["dependency-groups"]["docs"]
