"""The schemas of a comparison with the API: none, or those of the packages of each release."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.api_reference.schema_types import SchemaSet

__all__ = ["installed_schemas", "no_schemas"]


def no_schemas(_release: str) -> None:
    """Return None: a comparison with the API reference alone."""
    return


def installed_schemas(show: Callable[[str], None]) -> Callable[[str], SchemaSet | None]:
    """Return a function that returns the schemas of a release, and installs its packages the first time.

    A release without embedded cloud has no schemas.
    """
    from tracer.cloud.release_data import releases
    from tracer.cloud.schema_extraction import ensure_schemas
    from tracer.releases import canonical

    @functools.cache
    def schemas_of(name: str) -> SchemaSet | None:
        return ensure_schemas(name, show) if canonical(name) in releases() else None

    return schemas_of
