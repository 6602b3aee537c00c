"""Transactions that wait for each other at their beginning."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import sqlite_transactions

if TYPE_CHECKING:
    import pytest


def test_a_transaction_begins_as_a_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[Any] = []

    def listens_for(engine: object, event: str, *, retval: bool) -> Any:
        return hooks.append

    engine = SimpleNamespace(Engine=None)
    install(monkeypatch, sqlalchemy={"event": SimpleNamespace(listens_for=listens_for), "engine": engine})
    sqlite_transactions.begin_immediately()
    (begin,) = hooks
    assert begin(None, None, "BEGIN", (), None, False) == ("BEGIN IMMEDIATE", ())
    assert begin(None, None, "SELECT 1", (2,), None, False) == ("SELECT 1", (2,))
