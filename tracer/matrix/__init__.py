"""Recordings of suites of commands on the clouds of one or more releases."""

from tracer.matrix.cells import Cell
from tracer.matrix.changes import changed
from tracer.matrix.driver import MatrixOutput, drive
from tracer.matrix.plan import MatrixPlan, make_plan
from tracer.matrix.pools import Local, Pool, cores
from tracer.matrix.selection import select_clients, select_releases, select_suites
from tracer.matrix.suites import Suite, load, suites
from tracer.matrix.table import legend, tables
from tracer.matrix.units import Unit

__all__ = [
    "Cell",
    "Local",
    "MatrixOutput",
    "MatrixPlan",
    "Pool",
    "Suite",
    "Unit",
    "changed",
    "cores",
    "drive",
    "legend",
    "load",
    "make_plan",
    "select_clients",
    "select_releases",
    "select_suites",
    "suites",
    "tables",
]
