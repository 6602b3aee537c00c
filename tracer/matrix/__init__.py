"""Suites of commands, recorded on the clouds of one or more releases."""

from tracer.matrix.cells import Cell
from tracer.matrix.runner import Order, record_suites
from tracer.matrix.selection import select_releases, select_suites
from tracer.matrix.suites import Suite, load, suites
from tracer.matrix.table import table

__all__ = [
    "Cell",
    "Order",
    "Suite",
    "load",
    "record_suites",
    "select_releases",
    "select_suites",
    "suites",
    "table",
]
