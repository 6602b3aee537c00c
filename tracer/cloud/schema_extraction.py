"""The schemas of a release: read from the packages of its services, and kept in the cache folder."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tracer import storage
from tracer.api_reference.schema_types import SchemaRule, SchemaSet
from tracer.api_reference.schemas import encode, schema_file, schema_set
from tracer.cloud import environments, service_processes
from tracer.cloud.cache import Progress, folder, locked, private_folder, silent
from tracer.cloud.further_rules import further_rules
from tracer.cloud.read_rules import ReadContent
from tracer.cloud.release_data import ALL, release, select
from tracer.cloud.schema_cleaning import cleaned, is_schema
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracer.cloud.environments import Built
    from tracer.cloud.read_rules import ReadRule

__all__ = ["READERS", "ensure_schemas"]

READERS = Path(__file__).with_name("schema_readers")

_READER = READERS / "schema_reader.py"
_OWN = "_schemas"
"""The end of the name of a reader of the service's own package."""

_FURTHER = "_responses"
"""The end of the name of a reader of a further package, which has the schemas of the service's responses."""


def ensure_schemas(release_name: str, progress: Progress = silent, cache: Path | None = None) -> SchemaSet:
    """Return the schemas of a release. Read them from its packages if they are not in the cache folder.

    Raises CloudError for an unknown release, and if the packages cannot be installed or read. After an error
    or an interruption, no file and no process is left.
    """
    known = release(release_name)
    home = folder(cache)
    if stored := schema_set(known.name, home):
        return stored
    chosen = select(known, [ALL])
    path = schema_file(known.name, home)
    with service_processes.stoppable(), locked(home, f"schemas-{known.name}", progress):
        if stored := schema_set(known.name, home):
            return stored
        built = environments.build(known.name, chosen.packages, chosen.environments, home, progress)
        readers = dict.fromkeys(_readers(chosen.services, _OWN), built)
        if known.schemas:
            further = environments.build(
                f"{known.name}-schemas", known.schemas, known.environments, home, progress
            )
            readers |= dict.fromkeys(_readers(chosen.services, _FURTHER), further)
        schemas = _collected(known.name, _read(known.name, readers, home, progress))
        private_folder(path.parent)
        storage.write_private(path, encode(schemas))
    return schema_set(known.name, home) or schemas


def _readers(services: Iterable[str], end: str) -> list[str]:
    """Return the names of the readers with this end that ``services`` have."""
    return [f"{name}{end}" for name in services if (READERS / f"{name}{end}.py").exists()]


def _read(name: str, readers: Mapping[str, Built], cache: Path, progress: Progress) -> dict[str, ReadContent]:
    """Return the content that each reader writes. A reader runs with the Python of its environment."""
    read = {}
    with tempfile.TemporaryDirectory(prefix="tracer-schemas-") as scratch:
        for number, (reader, built) in enumerate(readers.items(), 1):
            subject = reader.removesuffix(_OWN).replace("_", " ")
            progress(f"reading schemas of {name} {number} of {len(readers)}: {subject}")
            file = Path(scratch) / f"{reader}.json"
            log = cache / "logs" / f"{name}-{reader}.log"
            log.unlink(missing_ok=True)
            words = [str(built.command("python")), "-I", "-B", str(_READER), reader, str(file)]
            environment = environments.own_environment(built, Path(scratch))
            command = service_processes.LoggedCommand(words, environment, log, Path(scratch))
            purpose = f"reading the schemas of {subject}"
            service_processes.run(command, purpose)
            try:
                read[reader] = msgspec.json.decode(file.read_bytes(), type=ReadContent)
            except (OSError, msgspec.DecodeError) as error:
                raise CloudError(f"{purpose} failed: {error}", log) from None
    return read


class _SchemaStore:
    """The schemas of all services. Equal schemas are stored once."""

    def __init__(self) -> None:
        self.schemas: list[msgspec.Raw] = []
        self._indexes: dict[bytes, int | None] = {}

    def index(self, schema: Any) -> int | None:
        """Return the index of a schema in ``schemas``, None if no validator accepts it."""
        text = msgspec.json.encode(schema, order="sorted")
        if text not in self._indexes:
            valid = is_schema(schema)
            self._indexes[text] = len(self.schemas) if valid else None
            if valid:
                self.schemas.append(msgspec.Raw(text))
        return self._indexes[text]


def _collected(name: str, read: Mapping[str, ReadContent]) -> SchemaSet:
    """Return the schemas of all services."""
    store = _SchemaStore()
    refused: Counter[str] = Counter()
    rules: list[SchemaRule] = []
    own = {reader.removesuffix(_OWN): content for reader, content in read.items() if reader.endswith(_OWN)}
    packages = {}
    for service, content in own.items():
        packages[service] = content.packages
        rules += _stored(service, content.packages, content.rules, store, refused)
        further = read.get(f"{service}{_FURTHER}")
        added = further_rules(content, further.rules) if further else []
        if further and added:
            packages[service] = {**content.packages, **further.packages}
            rules += _stored(service, further.packages, added, store, refused)
    return SchemaSet(
        release=name,
        packages=packages,
        refused=dict(refused),
        routes={service: tuple(content.routes) for service, content in own.items()},
        rules=tuple(rules),
        schemas=tuple(store.schemas),
    )


def _stored(
    service: str,
    packages: Mapping[str, str],
    rules: Sequence[ReadRule],
    store: _SchemaStore,
    refused: Counter[str],
) -> Iterator[SchemaRule]:
    """Yield the rules of a package with the indexes of their schemas. Count the refused schemas."""
    package = "==".join(next(iter(packages.items())))
    for each in rules:
        index = None if each.schema is None else store.index(cleaned(each.schema, each.draft))
        if index is None and each.schema is not None:
            refused[service] += 1
            continue
        yield SchemaRule(
            service=service,
            method=each.method,
            path=each.path,
            part=each.part,
            action=each.action,
            min_version=each.min_version,
            max_version=each.max_version,
            schema=index,
            package=package,
        )
