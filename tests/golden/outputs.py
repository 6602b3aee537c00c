"""Produce the outputs of one checkout: ``outputs.py TREE RECORDINGS INPUTS OUT``.

Runs with TREE first on the path, so this file imports nothing of ``tests``. Each command runs in a
forked process, because ``tracer`` ends its process itself.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["commands", "main"]

_FORMATS = ("text", "md", "html", "json", "junit", "sarif")


def commands(recordings: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each output and the arguments of ``tracer`` for it. ``{out}`` is a file to write."""
    files = sorted(recordings.glob("*/*.yaml"))
    for file in files:
        name = f"{file.parent.name}-{file.stem}"
        source = str(file)
        yield f"check/{name}", ["check", source]
        yield f"show/{name}", ["show", source]
        yield f"show-body/{name}", ["show", source, "--headers", "--body"]
        yield f"diagram/{name}", ["diagram", source]
        yield f"diagram-ko/{name}", ["diagram", source, "--lang", "ko", "--fold", "--timing"]
        yield f"view/{name}", ["view", source, "-o", "{out}.html"]
    for form in ("table", "json", "junit"):
        yield f"check-{form}", ["check", str(recordings), "--format", form]
    for form in _FORMATS:
        step = ["diff", "zed..2026.2", "--recordings", str(recordings), "--format", form]
        yield f"diff-{form}", step
        yield f"diff-volatile-{form}", ["diff", "zed", "2026.2", *step[2:], "--show-volatile"]
    for lang in ("en", "ko"):
        yield f"view-all-{lang}", ["view", str(recordings / "zed"), "--lang", lang, "-o", "{out}.html"]
        yield f"docs-{lang}", ["docs", str(recordings), "--lang", lang, "-o", "{out}"]
    for stem in sorted({file.stem for file in files}):
        yield f"learn/{stem}", ["learn", *map(str, sorted(recordings.glob(f"*/{stem}.yaml")))]
    yield "scan", ["scan", str(recordings)]
    yield "sequences", ["sequences", "list"]
    yield "schema", ["sequences", "schema"]
    for name in ("image-show", "image-create", "user-list"):
        yield f"sequence-{name}", ["sequences", "show", name, "--lang", "ko"]


def main() -> None:
    """Write the outputs of ``tracer`` and of the addon below the folder OUT."""
    tree, recordings, inputs, out = (Path(argument).resolve() for argument in sys.argv[1:5])
    _import_all()
    for name, arguments in commands(recordings):
        _run(arguments, out / name)
    for flows in sorted(inputs.glob("*.mitm")):
        _replay(tree, flows, out / f"replayed-{flows.stem}")


def _import_all() -> None:
    """Import the modules of the commands once, before any fork."""
    package = importlib.import_module("tracer")
    for module in pkgutil.walk_packages(package.__path__, "tracer."):
        if ".cli." in module.name or ".rendering." in module.name or ".comparison." in module.name:
            importlib.import_module(module.name)


def _run(arguments: list[str], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    words = ["tracer", *(word.replace("{out}", str(out)) for word in arguments)]
    child = os.fork()
    if child == 0:
        try:
            with out.with_name(f"{out.name}.out").open("wb") as printed:
                os.dup2(printed.fileno(), 1)
                os.dup2(printed.fileno(), 2)
            sys.argv = words
            importlib.import_module("tracer.cli").main()
        except SystemExit as end:
            os._exit(end.code if isinstance(end.code, int) else 70)
        except BaseException:  # noqa: BLE001 - the traceback is the output to compare
            traceback.print_exc()
        os._exit(70)
    _, status = os.waitpid(child, 0)
    out.with_name(f"{out.name}.exit").write_text(f"{os.waitstatus_to_exitcode(status)}\n")


def _replay(tree: Path, flows: Path, out: Path) -> None:
    """Read stored flows with mitmdump and the addon of the checkout."""
    out.mkdir(parents=True)
    start = "import sys; from mitmproxy.tools.main import mitmdump; sys.exit(mitmdump())"
    options = ["-q", "-nr", str(flows), "-s", str(tree / "addons/trace.py"), "--set", f"trace_dir={out}"]
    ended = subprocess.run(
        [sys.executable, "-P", "-c", start, *options], capture_output=True, text=True, check=False, cwd=out
    )
    (out / "printed.txt").write_text(f"{ended.stdout}{ended.stderr}exit code {ended.returncode}\n")
    shutil.rmtree(out / ".journal", ignore_errors=True)
    _rename_by_client(out)


def _rename_by_client(out: Path) -> None:
    """Name recordings of no command after their client: one run more would give all others another number."""
    for path in sorted(out.glob("run*.yaml")):
        client = re.search(r"the client's connection \(([\d.]+)\)", path.read_text().replace("''", "'"))
        for made in out.glob(f"{path.stem}.*"):
            if client:
                made.rename(out / f"client-{client[1]}{made.suffix}")


if __name__ == "__main__":
    main()
