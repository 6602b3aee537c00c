"""Make the API reference again: ``python -m tracer.api_reference.build [RELEASE …]``.

Without a release, all releases of ``sources.yaml`` are read. A new release needs a block in ``sources.yaml``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from tracer.api_reference.build.archives import download, unpack
from tracer.api_reference.build.identifying import identified
from tracer.api_reference.build.merging import expand, merge
from tracer.api_reference.build.normalising import Selectors, operations
from tracer.api_reference.build.sections import Section
from tracer.api_reference.build.sources import Service, Sources, sources
from tracer.api_reference.reading import FOLDER, read_reference, written
from tracer.api_reference.schema import Operation, Reference
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.releases import order

_SELECTORS = Path(__file__).with_name("selectors.yaml")
_PAGES = "https://docs.openstack.org/api-ref/"


def main() -> None:
    """Read the references of the given releases, and write the file of each service."""
    parser = argparse.ArgumentParser(prog="python -m tracer.api_reference.build", description=__doc__)
    parser.add_argument("releases", nargs="*", metavar="RELEASE", help="Releases to read (default: all).")
    parser.add_argument("--service", action="append", help="Only this service; may be given again.")
    parser.add_argument(
        "--archives", type=Path, default=Path("api-reference-sources"), help="Folder for the downloads."
    )
    options = parser.parse_args()
    known = sources()
    try:
        for name in options.service or known.services:
            _build(name, known, options.releases or [*known.releases], options.archives)
    except InputError as error:
        parser.exit(2, f"{error}\n")


def _build(name: str, known: Sources, releases: list[str], archives: Path) -> None:
    """Write the file of a service: the given releases, and the releases that the file has already."""
    service = known.services[name]
    path = FOLDER / f"{name}.json"
    by_release = expand(read_reference(path)) if path.exists() else {}
    selectors = _selectors().get(name, {})
    for release in sorted(releases, key=order, reverse=True):
        sys.stderr.write(f"{name} {release}\n")
        drafts = operations(_sections(known.package(name, release), archives), service, selectors)
        others = [by_release[key] for key in sorted(by_release, key=order, reverse=True) if key != release]
        by_release[release] = identified(drafts, [operation for entries in others for operation in entries])
    ordered = {release: by_release[release] for release in sorted(by_release, key=order)}
    path.write_text(written(_reference(name, service, ordered)), encoding="utf-8")


def _reference(name: str, service: Service, by_release: dict[str, list[Operation]]) -> Reference:
    return Reference(
        service=name,
        type=service.type,
        url=f"{_PAGES}{service.url}/",
        releases=tuple(by_release),
        operations=merge(by_release),
    )


def _sections(package: str, archives: Path) -> list[Section]:
    """Return the sections of a source distribution, read in a process of its own."""
    (archive,) = download([package], archives)
    with tempfile.TemporaryDirectory(prefix="api-reference-") as folder:
        source = unpack(archive, Path(folder))
        command = [sys.executable, "-m", "tracer.api_reference.build.extraction", str(source)]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(output, type=list[Section])


def _selectors() -> dict[str, Selectors]:
    return typed(yaml_text.load(read(_SELECTORS), _SELECTORS.name), dict[str, Selectors], _SELECTORS.name)


if __name__ == "__main__":
    main()
