"""The schemas of a release: read from the packages of its services, and kept in the cache folder."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tracer import storage
from tracer.api_reference.schema_types import SchemaPart, SchemaRule, SchemaSet
from tracer.api_reference.schemas import encode, schema_file, schema_set
from tracer.cloud import environments, service_processes
from tracer.cloud.cache import Progress, folder, locked, private_folder, silent
from tracer.cloud.release_data import ALL, release, select
from tracer.cloud.schema_cleaning import cleaned, is_schema
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.cloud.environments import Built

__all__ = ["READERS", "ensure_schemas"]

READERS = Path(__file__).with_name("schema_readers")

_READER = READERS / "schema_reader.py"
_SUFFIX = "_schemas.py"


class _ReadRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    method: str
    path: str
    part: SchemaPart
    action: str
    min_version: str
    max_version: str
    schema: Any
    draft: str = ""


class _Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the reader of a service writes."""

    packages: dict[str, str]
    routes: list[str]
    rules: list[_ReadRule]


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
        readable = [name for name in chosen.services if (READERS / f"{name}{_SUFFIX}").exists()]
        schemas = _collected(known.name, _read(known.name, readable, built, home, progress))
        private_folder(path.parent)
        storage.write_private(path, encode(schemas))
    return schema_set(known.name, home) or schemas


def _read(name: str, services: list[str], built: Built, cache: Path, progress: Progress) -> dict[str, _Read]:
    """Return what the readers of ``services`` write. Each runs in a process with the release's Python."""
    read = {}
    with tempfile.TemporaryDirectory(prefix="tracer-schemas-") as scratch:
        for number, service in enumerate(services, 1):
            progress(f"reading schemas of {name} {number} of {len(services)}: {service}")
            file = Path(scratch) / f"{service}.json"
            log = cache / "logs" / f"{name}-{service}-schemas.log"
            log.unlink(missing_ok=True)
            words = [str(built.command("python")), "-I", "-B", str(_READER), service, str(file)]
            environment = environments.own_environment(built, Path(scratch))
            command = service_processes.LoggedCommand(words, environment, log, Path(scratch))
            purpose = f"reading the schemas of {service}"
            service_processes.run(command, purpose)
            try:
                read[service] = msgspec.json.decode(file.read_bytes(), type=_Read)
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


def _collected(name: str, read: Mapping[str, _Read]) -> SchemaSet:
    """Return the schemas of all services."""
    store = _SchemaStore()
    refused: Counter[str] = Counter()
    rules: list[SchemaRule] = []
    for service, content in read.items():
        package = "==".join(next(iter(content.packages.items())))
        for each in content.rules:
            index = None if each.schema is None else store.index(cleaned(each.schema, each.draft))
            if index is None and each.schema is not None:
                refused[service] += 1
                continue
            rules.append(
                SchemaRule(
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
            )
    return SchemaSet(
        release=name,
        packages={service: content.packages for service, content in read.items()},
        refused=dict(refused),
        routes={service: tuple(content.routes) for service, content in read.items()},
        rules=tuple(rules),
        schemas=tuple(store.schemas),
    )
