"""Every shell block of the README and of docs/, run as a user's shell runs it: one session for each page."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import MITMDUMP, ROOT, UNBUFFERED, Site
from tests.e2e.terminal import Terminal
from tests.e2e.tls import front
from tests.shell_blocks import MAIN, Step, blocks, cloud_of, english_pages, matches, steps
from tracer.cloud.cache import folder
from tracer.cloud.embedded_cloud import EmbeddedCloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.e2e

PAGES = [
    page.relative_to(ROOT).as_posix()
    for page in english_pages(ROOT)
    if any(block.runs for block in blocks(page.read_text(encoding="utf-8")))
]

ALWAYS = ("README.md", "docs/tutorial.md")
"""The pages whose blocks run at every landing. ``.ci/run --all`` runs those of all pages."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the content of a clone; recordings are copies, which commands may change."""
    folder = tmp_path / "clone"
    folder.mkdir()
    shutil.copytree(ROOT / "recordings", folder / "recordings")
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name not in {"recordings", "site"}:
            (folder / path.name).symlink_to(path)
    return folder


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=() if page in ALWAYS else pytest.mark.all_pages) for page in PAGES],
)
def test_the_shell_blocks_of_a_page_work(
    page: str, clone: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    scratch = tmp_path / "terminals"
    scratch.mkdir()
    needs_pip = "pip install" in text and "python3 -m venv" not in text
    commands = _with_pip(tmp_path) if needs_pip else Path(MITMDUMP).parent
    with (
        _environment(cloud_of(text), commands, tmp_path, request) as environment,
        contextlib.ExitStack() as stack,
    ):
        terminals: dict[str, Terminal] = {}
        for step in steps(blocks(text)):
            name = step.block.mark("output" if step.waits else "terminal") or MAIN
            if name not in terminals:
                terminals[name] = Terminal(name, clone, environment, scratch)
                stack.callback(terminals[name].close)
            _take(step, terminals[name], clone, page)


def _take(step: Step, terminal: Terminal, folder: Path, page: str) -> None:
    """Write the file, wait for the output, or run the commands and compare their output."""
    block = step.block
    if file := block.mark("file"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(block.code, encoding="utf-8")
        return
    if step.waits:
        terminal.wait(lambda printed: matches(printed, block.code))
        return
    where = f"{page}:{block.line}"
    for command in block.marks.get("prepare", []):
        output, failures = terminal.run(command)
        assert failures == [], f"{where}: {command}\n{output}"
    output, failures = terminal.run(block.code, block.mark("until"))
    assert failures == block.exit_codes, f"{where}\n{block.code}exit codes {failures}\n{output}"
    if step.output is not None:
        shown = f"{where}\n{block.code}prints\n{output}\nthe page shows\n{step.output}"
        assert matches(output, step.output), shown


@contextlib.contextmanager
def _environment(
    cloud: str, commands: Path, scratch: Path, request: pytest.FixtureRequest
) -> Iterator[dict[str, str]]:
    """Yield the variables of a user with an empty home, for whom the cloud that the page needs is up."""
    home = scratch / "home"
    home.mkdir()
    path = [str(commands), os.environ["PATH"]]
    clean = {name: value for name, value in UNBUFFERED.items() if not name.startswith(("OS_", "PYTEST_"))}
    # A home of its own has neither the packages that are on this machine nor its registries.
    environment = clean | {"HOME": str(home), "COLUMNS": "120", "BROWSER": "true", **_caches()}
    if cloud == "own":
        own: Path = request.getfixturevalue("cache")
        yield environment | {"PATH": os.pathsep.join(path), "TRACER_CACHE": str(own)}
    elif cloud:
        up: Callable[[str], Site] = request.getfixturevalue("_clouds")
        zed = up("zed")
        EmbeddedCloud("zed").demo_image()
        environment |= zed.environment | {
            "HOME": str(home),
            "PATH": os.pathsep.join([str(Path(zed.openstack).parent), *path]),
        }
        if cloud == "http":
            yield environment
            return
        with front(zed.environment["OS_AUTH_URL"], scratch / "front") as secure:
            yield environment | {"OS_CACERT": str(secure.ca), "OS_AUTH_URL": f"{secure.url}/identity"}
    else:
        yield environment | {"PATH": os.pathsep.join(path)}


def _caches() -> dict[str, str]:
    files = {
        "TRACER_CACHE": folder(),
        "PIP_CONFIG_FILE": Path.home() / ".config" / "pip" / "pip.conf",
        "PIP_CACHE_DIR": Path.home() / ".cache" / "pip",
        "UV_CACHE_DIR": Path.home() / ".cache" / "uv",
    }
    return {name: str(path) for name, path in files.items() if path.exists() and name not in os.environ}


def _with_pip(folder: Path) -> Path:
    """Return the commands of a new environment with pip, on top of the environment of the tests."""
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    packages = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (packages / "tests.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    for command in ("mkdocs", "mitmdump", "tracer"):
        script = Path(sys.executable).with_name(command).read_text(encoding="utf-8")
        target = environment / "bin" / command
        target.write_text(script.replace(sys.executable, f"{environment}/bin/python"), encoding="utf-8")
        target.chmod(0o755)
    return environment / "bin"
