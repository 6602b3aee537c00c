"""Source distributions of the package index: download, and unpacking of a reference."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

from tracer.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["download", "unpack"]

_BACKENDS = ("setuptools>=80", "wheel", "pbr", "hatchling")
"""Build backends: pip asks them for metadata, even for a download."""


def download(package: str, folder: Path) -> Path:
    """Download the source distribution of ``package`` (``name==version``), unless it is in ``folder``.

    Return the path of the archive. Raise InputError if the index has no source distribution.
    """
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "tools" / "bin" / "python"
    if _archive(package, folder) is None:
        if not python.exists():
            _run(sys.executable, "-m", "venv", str(folder / "tools"))
            _run(str(python), "-m", "pip", "install", "--quiet", *_BACKENDS)
        options = ("--quiet", "--no-deps", "--no-binary", ":all:", "--no-build-isolation")
        _run(str(python), "-m", "pip", "download", *options, "--dest", str(folder), package)
    archive = _archive(package, folder)
    if archive is None:
        raise InputError(package, "the package index has no source distribution")
    return archive


def _archive(package: str, folder: Path) -> Path | None:
    """Return the archive of a package in ``folder``. Older names keep the hyphens of the package's name."""
    name, _, version = package.partition("==")
    paths = (folder / f"{spelling}-{version}.tar.gz" for spelling in (name.replace("-", "_"), name))
    return next((path for path in paths if path.exists()), None)


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a source distribution below ``folder``. Return its folder ``api-ref/source``.

    A reference includes files from all folders of its project: the whole archive is unpacked.
    """
    with tarfile.open(archive) as sources:
        sources.extractall(folder, filter="data")
    references = sorted(folder.glob("*/api-ref/source"))
    if not references:
        raise InputError(str(archive), "the archive has no folder api-ref/source")
    return references[0]


def _run(*command: str) -> None:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        subprocess.run(command, check=True, env=environment)
    except subprocess.CalledProcessError as error:
        raise InputError(command[-1], f"the download failed (exit code {error.returncode})") from None
