"""For every test."""

import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401 - hooks
from tracer.cloud.cache import folder, private_folder

# ldap3, which mitmproxy loads for proxy authentication, warns while it is imported.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("tracer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tracer")


@pytest.fixture(autouse=True)
def _log_is_as_before() -> Iterator[None]:
    """A test that starts the addon ends it: what stays redacted would change other tests."""
    factory = logging.getLogRecordFactory()
    yield
    left = logging.getLogRecordFactory()
    logging.setLogRecordFactory(factory)
    assert left is factory, "the log is still redacted: end the addon with done()"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Distribute the tests over the processors, file by file, unless ``-n`` or ``-p no:xdist`` is given.

    More than four processes would only start more clouds. The processes themselves distribute nothing.
    """
    option = config.option
    if getattr(option, "numprocesses", 0) is None and not hasattr(config, "workerinput"):
        option.numprocesses, option.dist, option.loadscopereorder = (
            min(os.cpu_count() or 1, 4),
            "loadfile",
            False,
        )


def pytest_configure(config: pytest.Config) -> None:
    """Give each process that runs tests clouds of its own; what takes long is shared."""
    writes = config.option.update_snapshots or config.option.update_new_snapshots_only
    if writes and os.environ.get("CI"):
        raise pytest.UsageError("--snapshot-update: in CI, snapshots are compared and never written")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        os.environ["TRACER_CACHE"] = str(sharing(folder() / "tests" / worker))


def sharing(own: Path) -> Path:
    """Make ``own`` a cache folder that shares what takes long with the cache folder in use."""
    shared = folder()
    private_folder(own)
    for name in ("environments", "locks", "python", "samples", "templates", "uv"):
        private_folder(shared / name)
        if not (own / name).is_symlink():
            (own / name).symlink_to(shared / name)
    return own


ONLY_ASKED_FOR = ("all_kills", "all_pages", "all_recordings", "all_releases", "samples")
"""Marks of tests that take long: each is left to those who select by it, whatever else they select by."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that take long, unless their mark is asked for."""
    marks = [mark for mark in ONLY_ASKED_FOR if mark not in config.option.markexpr]
    left = [item for item in items if any(map(item.get_closest_marker, marks))]
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return everything that ``os.write`` writes from now on, including content that is removed later."""
    contents: list[bytes] = []
    real = os.write

    def spy(file: int, data: bytes) -> int:
        contents.append(bytes(data))
        return real(file, data)

    monkeypatch.setattr(os, "write", spy)
    return contents
