"""Transactions of SQLite for services whose threads write at the same time."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["begin_immediately"]


def begin_immediately() -> None:
    """Let each transaction wait for the others at its beginning.

    In SQLite, a transaction that reads and later writes fails if another one wrote in between.
    """
    sqlalchemy = importlib.import_module("sqlalchemy")

    @sqlalchemy.event.listens_for(sqlalchemy.engine.Engine, "before_cursor_execute", retval=True)  # type: ignore[untyped-decorator]
    def begin(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        return "BEGIN IMMEDIATE" if statement == "BEGIN" else statement, parameters
