"""The system's Chromium, driven by Playwright: pages as a reader sees them, and what went wrong on them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Page, expect, sync_playwright

from tests.patience import PATIENCE
from tests.programs import installed

__all__ = ["Visit", "Visitor", "chromium", "installed", "launched", "visitor"]

PACKAGES = ("chromium", "fonts-noto-cjk")
"""What Debian calls the browser, and glyphs for Korean."""
# As root Chromium needs --no-sandbox; the others keep it from looking for hosts that are not there.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_GRAVE = {"serious", "critical"}

expect.set_options(timeout=1000 * PATIENCE)


def chromium() -> str:
    """The browser's path; where it is missing and we may, it is installed."""
    return installed("chromium", *PACKAGES)


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser until the end of the block.

    No longer than a module: as long as it is open, no other test can use asyncio in this thread.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page, with all that it complained of and asked for.

    It does not complain of a resource whose URL ends with ``unneeded``. ``options`` are those of a browser
    context: ``color_scheme``, ``viewport``, ``locale``, …
    """

    def __init__(self, browser: Browser, url: str, unneeded: str = "", **options: Any) -> None:
        self.url = url
        self._unneeded = unneeded
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        self._context.set_default_timeout(1000 * PATIENCE)
        self.page: Page = self._context.new_page()
        self._performance: CDPSession | None = None
        self.page.on("console", self._logged)
        self.page.on("pageerror", lambda error: self._said("error", str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)

    def allow_clipboard(self) -> None:
        """Let the page write the clipboard, and the test read it."""
        self._context.grant_permissions(["clipboard-read", "clipboard-write"])

    def clipboard(self) -> str:
        """What was copied."""
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def cpu(self) -> float:
        """The seconds of CPU time that the page has used in its main thread."""
        if self._performance is None:
            self._performance = self._context.new_cdp_session(self.page)
            self._performance.send("Performance.enable", {"timeDomain": "threadTicks"})
        metrics = self._performance.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    def left(self, home: str) -> list[str]:
        """The requests that went elsewhere than below ``home``."""
        inside = (home, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]

    def faults(self, **options: Any) -> list[str]:
        """The serious faults that axe-core finds, a line each."""
        from axe_playwright_python.sync_playwright import Axe

        violations = (
            Axe().run(self.page, options={"resultTypes": ["violations"], **options}).response["violations"]
        )
        return [
            f"{fault['id']}: {fault['help']}: {node['target']} {node.get('failureSummary', '')}"
            for fault in violations
            if fault["impact"] in _GRAVE
            for node in fault["nodes"]
        ]

    def close(self) -> None:
        """End the page and all that it kept."""
        self._context.close()

    def _logged(self, message: ConsoleMessage) -> None:
        self._said(message.type, message.text, message.location["url"])

    def _said(self, kind: str, text: str, about: str = "") -> None:
        is_unneeded = self._unneeded and (about.endswith(self._unneeded) or f"{self._unneeded}'" in text)
        if kind in ("error", "warning") and not is_unneeded:
            self.errors.append(text)


Visitor = Callable[..., Visit]


@contextlib.contextmanager
def visitor(browser: Browser) -> Iterator[Visitor]:
    """A function that visits a URL as ``Visit`` does; what it opened is closed at the end of the block.

    By then no page may have complained.
    """
    visits: list[Visit] = []

    def visit(url: str, **options: Any) -> Visit:
        visits.append(Visit(browser, url, **options))
        return visits[-1]

    try:
        yield visit
        assert [error for made in visits for error in made.errors] == []
    finally:
        for made in visits:
            made.close()
