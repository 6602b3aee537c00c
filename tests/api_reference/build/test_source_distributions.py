from __future__ import annotations

import tarfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tracer.api_reference.build.source_distributions import download, unpack
from tracer.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def archive(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w:gz") as package:
        for name in names:
            package.addfile(tarfile.TarInfo(name), BytesIO(b""))
    return path


@pytest.mark.parametrize("name", ["openstack_heat-1.0.tar.gz", "openstack-heat-1.0.tar.gz"])
def test_an_archive_that_is_there_is_not_downloaded(name: str, tmp_path: Path) -> None:
    path = archive(tmp_path / name)
    assert download("openstack-heat==1.0", tmp_path) == path
    assert [*tmp_path.iterdir()] == [path]


def test_the_reference_is_found_in_the_whole_archive(tmp_path: Path) -> None:
    path = archive(tmp_path / "x-1.0.tar.gz", "x-1.0/api-ref/source/index.rst", "x-1.0/doc/a.json")
    assert unpack(path, tmp_path / "out") == tmp_path / "out" / "x-1.0" / "api-ref" / "source"
    assert (tmp_path / "out" / "x-1.0" / "doc" / "a.json").exists()


def test_an_archive_without_reference_is_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "x-1.0.tar.gz", "x-1.0/setup.py")
    with pytest.raises(InputError, match=r"x-1\.0\.tar\.gz: the archive has no folder api-ref/source"):
        unpack(path, tmp_path / "out")


def test_a_member_outside_of_the_folder_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x-1.0.tar.gz", "../evil")
    with pytest.raises(tarfile.OutsideDestinationError):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "evil").exists()
