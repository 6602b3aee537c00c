"""Make the API reference again: ``python -m tracer.api_reference.build [RELEASE …]``.

Without a release, all releases of ``sources.yaml`` are read. A new release needs a block in ``sources.yaml``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracer.api_reference.build.identifying import assign_ids
from tracer.api_reference.build.normalising import operations
from tracer.api_reference.build.reference_sections import ReferenceSection
from tracer.api_reference.build.release_ranges import expand, merge
from tracer.api_reference.build.source_distributions import download, unpack
from tracer.api_reference.build.source_rules import load_rules
from tracer.api_reference.build.sources import Sources, sources
from tracer.api_reference.operation_types import Operation, Reference
from tracer.api_reference.reading import FOLDER, format_reference, read_reference
from tracer.errors import InputError
from tracer.releases import order

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            _build(name, known, options.releases, options.archives)
    except InputError as error:
        parser.exit(2, f"{error}\n")


def _build(name: str, known: Sources, releases: Sequence[str], archives: Path) -> None:
    """Write the file of a service. Without ``releases``, nothing of the present file is used."""
    path = FOLDER / f"{name}.json"
    by_release: dict[str, list[Operation]] = {}
    if releases and path.exists():
        by_release = expand(read_reference(path))
    rules = load_rules(name)
    used: set[str] = set()
    for release in sorted(releases or known.releases, key=order, reverse=True):
        sys.stderr.write(f"{name} {release}\n")
        sections = _read_sections(known.package(name, release), archives)
        drafts = operations(sections, known.services[name], rules)
        used.update(draft.id.rpartition(".")[2] for draft in drafts)
        by_release.pop(release, None)
        newest_first = sorted(by_release, key=order, reverse=True)
        by_release[release] = assign_ids(drafts, [each for key in newest_first for each in by_release[key]])
    if not releases:
        rules.refuse_unused(used)
    service = known.services[name]
    ordered = {release: by_release[release] for release in sorted(by_release, key=order)}
    reference = Reference(
        service=name,
        type=service.type,
        url=f"{_PAGES}{service.url}/",
        releases=tuple(ordered),
        operations=merge(ordered),
    )
    path.write_text(format_reference(reference), encoding="utf-8")


def _read_sections(package: str, archives: Path) -> list[ReferenceSection]:
    """Return the sections of a source distribution, read in a process of its own."""
    archive = download(package, archives)
    with tempfile.TemporaryDirectory(prefix="api-reference-") as folder:
        source = unpack(archive, Path(folder))
        command = [sys.executable, "-m", "tracer.api_reference.build.extraction", str(source)]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(output, type=list[ReferenceSection])


if __name__ == "__main__":
    main()
