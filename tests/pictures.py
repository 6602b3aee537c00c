"""The pictures of the documentation: ``python -m tests.pictures`` makes those anew whose content changed.

Pictures of text are compared with new ones, byte for byte. Screenshots differ with the browser and its fonts,
so ``docs/pictures/sources.toml`` has the SHA-256 of the page that each screenshot shows. A picture in light
colours has a twin in dark colours, ``NAME-dark``: the site of docs/ and the README show the picture for the
reader's scheme.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import ViewportSize

__all__ = ["DRAWN", "PICTURES", "SHOWN", "digest", "digests"]

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SOURCES = PICTURES / "sources.toml"
_RECORDING = "recordings/zed/image-show-by-name.yaml"
_CHECK = (
    "check",
    *(f"recordings/zed/image-{name}.yaml" for name in ("create", "list", "show", "show-by-name")),
)


def _comparison(folder: Path, theme: str = "light") -> Path:
    """Draw two runs in one diagram."""
    pair = (f"recordings/{release}/image-create.yaml" for release in ("zed", "2026.2"))
    _tracer("diff", *pair, "-o", folder / "comparison.svg", "--theme", theme)
    return folder / "comparison.svg"


def _sequence(folder: Path, theme: str = "light") -> Path:
    """Draw the diagram of a run."""
    _tracer("diagram", _RECORDING, "-o", folder / "sequence.svg", "--theme", theme)
    return folder / "sequence.svg"


def _check(folder: Path) -> Path:
    """Draw the output of ``tracer check`` as a terminal shows it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=100, file=io.StringIO(), color_system="truecolor")
    console.print(Text.from_ansi(_tracer(*_CHECK, FORCE_COLOR="1", COLUMNS="100").rstrip()))
    text = console.export_svg(title=f"tracer {_CHECK[0]} recordings/zed/image-*.yaml", unique_id="check")
    # The picture loads no font from another host.
    (folder / "check.svg").write_text(re.sub(r"@font-face \{.*?\}\s*", "", text, flags=re.DOTALL), "utf-8")
    return folder / "check.svg"


def _view(folder: Path) -> Path:
    """Write the page of ``tracer view``."""
    _tracer("view", _RECORDING, "-o", folder / "view.html")
    return folder / "view.html"


def _page(folder: Path) -> Path:
    """Write the source of a page of ``tracer docs``."""
    _tracer("docs", _RECORDING, "-o", folder / "site", "--diagram", "svg")
    return folder / "site" / "docs" / "zed" / "image-show-by-name.md"


DRAWN: dict[str, Callable[[Path], Path]] = {
    "check.svg": _check,
    "comparison.svg": _comparison,
    "comparison-dark.svg": functools.partial(_comparison, theme="dark"),
    "sequence.svg": _sequence,
    "sequence-dark.svg": functools.partial(_sequence, theme="dark"),
}
"""Functions that write a picture below a folder."""

SHOWN: dict[str, Callable[[Path], Path]] = {
    "page.png": _page,
    "page-dark.png": _page,
    "view.png": _view,
    "view-dark.png": _view,
}
"""Functions that write the source of a screenshot below a folder."""

_SHOWN_PARTS: dict[Callable[[Path], Path], str] = {_page: "#diagram"}
"""The part of a page that its screenshot shows, if not the beginning."""


def digest(source: Path) -> str:
    """Return the SHA-256 of the source of a screenshot."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def digests() -> dict[str, str]:
    """Return the SHA-256 of the source of each screenshot at the time when it was taken."""
    return tomllib.loads(SOURCES.read_text(encoding="utf-8")) if SOURCES.exists() else {}


def main() -> None:
    """Make each picture anew whose content changed."""
    PICTURES.mkdir(exist_ok=True)
    taken = digests()
    with tempfile.TemporaryDirectory(prefix="pictures-") as scratch:
        for name, draw in DRAWN.items():
            (PICTURES / name).write_bytes(draw(Path(scratch)).read_bytes())
        for name, write in SHOWN.items():
            source = write(Path(scratch))
            if taken.get(name) != digest(source) or not (PICTURES / name).exists():
                _photograph(_built(source), PICTURES / name, _SHOWN_PARTS.get(write, ""))
                taken[name] = digest(source)
    lines = [f'"{name}" = "{taken[name]}"\n' for name in sorted(SHOWN)]
    SOURCES.write_text(f"# Written by python -m tests.pictures\n{''.join(lines)}", encoding="utf-8")


def _built(source: Path) -> Path:
    """Return the HTML file of a source; build the site of a Markdown page."""
    if source.suffix == ".html":
        return source
    site = source.parents[2]
    mkdocs = Path(sys.executable).with_name("mkdocs")
    subprocess.run(
        [mkdocs, "build", "--quiet", "-f", site / "mkdocs.yml"],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    return site / "site" / source.parent.name / f"{source.stem}.html"


def _photograph(page: Path, picture: Path, part: str) -> None:
    from tests.e2e.browser import launched

    with launched() as browser:
        scheme: Literal["light", "dark"] = "dark" if picture.stem.endswith("-dark") else "light"
        size: ViewportSize = {"width": 1280, "height": 860}
        window = browser.new_page(viewport=size, device_scale_factor=1, color_scheme=scheme)
        window.goto(page.as_uri() + part)
        window.wait_for_load_state("networkidle")
        window.wait_for_timeout(500)
        window.screenshot(path=picture)


def _tracer(*words: str | Path, **environment: str) -> str:
    command = [Path(sys.executable).with_name("tracer"), *words]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=False
    )
    assert ended.returncode in {0, 1}, command
    return ended.stdout


if __name__ == "__main__":
    main()
