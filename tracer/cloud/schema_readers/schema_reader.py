"""The program that runs one reader: ``schema_reader.py READER FILE``. A reader is a module beside it."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["main", "plain"]


def main(name: str, path: str) -> None:
    """Write what the reader ``name`` returns, and the versions of its packages, as JSON to ``path``."""
    warnings.simplefilter("ignore")
    folder = Path(__file__).parent
    sys.path.append(str(folder.parent))
    # Some services read the options of the program that loads them.
    sys.argv[1:] = []
    reader = importlib.import_module(f"{folder.name}.{name}")
    routes, rules = reader.read()
    content = {
        "packages": {name: version(name) for name in reader.PACKAGES},
        "routes": routes,
        "rules": rules,
    }
    Path(path).write_text(json.dumps(content, default=plain), encoding="utf-8")


def plain(value: object) -> Any:
    """Return a value that JSON does not know as one that it knows."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    try:
        # keys of a dict, a lazy text, a range
        return list(value) if not isinstance(value, str) else str(value)  # type: ignore[call-overload]
    except TypeError:
        return str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
