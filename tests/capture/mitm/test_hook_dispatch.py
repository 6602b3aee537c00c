"""What mitmproxy's addons are asked, and in what order, is the same as without the index."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest.mock import Mock, patch

import pytest
from mitmproxy import ctx, exceptions, http, options
from mitmproxy.addonmanager import AddonManager
from mitmproxy.addons import default_addons
from mitmproxy.master import Master
from mitmproxy.proxy.layers.http._hooks import HttpErrorHook, HttpRequestHook, HttpResponseHook
from mitmproxy.test import tflow

from tracer.capture.mitm.hook_dispatch import install

if TYPE_CHECKING:
    from collections.abc import Iterator


class Told:
    """Somebody's addon: writes down what it is asked."""

    def __init__(self, name: str, told: list[str], *addons: object) -> None:
        self.name = name
        self.addons = list(addons)
        self._told = told

    def request(self, flow: http.HTTPFlow) -> None:
        self._told.append(f"{self.name} request")
        if flow.request.path == f"/halt/{self.name}":
            raise exceptions.AddonHalt
        if flow.request.path == f"/fail/{self.name}":
            raise ValueError(self.name)

    async def response(self, flow: http.HTTPFlow) -> None:
        await asyncio.sleep(0)
        self._told.append(f"{self.name} response {flow.request.path}")

    def update(self, flows: list[http.HTTPFlow]) -> None:
        self._told.append(f"{self.name} update {len(flows)}")


class Own:
    """As one of mitmproxy's, which has no hook for responses."""

    __module__ = "mitmproxy.addons.own"

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def request(self, flow: http.HTTPFlow) -> None:
        self._told.append(f"own request {flow.request.path}")


@contextmanager
def _manager() -> Iterator[AddonManager]:
    master = Master(options.Options())
    try:
        yield AddonManager(master)
    finally:
        master._legacy_log_events.uninstall()  # which outlives it otherwise


async def _told(path: str, *, indexed: bool) -> list[str]:
    told: list[str] = []
    flow = tflow.tflow(resp=True)
    flow.request.path = path
    with _manager() as manager:
        manager.add(Told("first", told, Told("inner", told)), Own(told), Told("second", told))
        if indexed:
            install(manager)
        for hook in (HttpRequestHook(flow), HttpResponseHook(flow)):
            await manager.handle_lifecycle(hook)
        late = Told("late", told)
        manager.add(late)
        manager.remove(manager.get("second"))
        await manager.handle_lifecycle(HttpResponseHook(flow))
        await manager.handle_lifecycle(HttpRequestHook(flow))
        manager.remove(late)
        await manager.handle_lifecycle(HttpRequestHook(flow))
    return told


@pytest.mark.parametrize(
    "path", ["/", "/halt/first", "/halt/inner", "/halt/second", "/fail/first", "/fail/inner", "/fail/late"]
)
def test_everybody_is_asked_as_without_it(path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    plain = asyncio.run(_told(path, indexed=False))
    errors = [record.message for record in caplog.records]
    caplog.clear()
    assert asyncio.run(_told(path, indexed=True)) == plain
    assert [record.message for record in caplog.records] == errors
    assert bool(errors) == path.startswith("/fail")
    assert {"first request", "late response /"} <= set(plain) or path != "/"


@dataclass
class Equal:
    """An addon that is equal to another one, and not the same."""

    told: list[str] = field(compare=False)
    name: str = "equal"

    def request(self, flow: http.HTTPFlow) -> None:
        self.told.append(f"{id(self)}")


class Adding:
    """An addon that adds another one, once, while it is asked."""

    def __init__(self, told: list[str]) -> None:
        self._late: Told | None = Told("late", told)

    def request(self, flow: http.HTTPFlow) -> None:
        if self._late is not None:
            ctx.master.addons.add(self._late)
        self._late = None


@pytest.mark.parametrize("indexed", [False, True])
def test_an_addon_that_comes_while_others_are_asked_is_asked_too(indexed: bool) -> None:
    async def run() -> list[str]:
        told: list[str] = []
        hook = HttpRequestHook(tflow.tflow())
        with _manager() as manager:
            if indexed:
                install(manager)
            with patch.object(ctx, "master", Mock(addons=manager), create=True):
                manager.add(Adding(told))
                for _ in range(2):
                    await manager.trigger_event(hook)
        return told

    assert asyncio.run(run()) == ["late request", "late request"]


def test_an_addon_in_the_place_of_an_equal_one_is_asked() -> None:
    async def run() -> tuple[list[str], list[str]]:
        told: list[str] = []
        one, other = Equal(told), Equal(told)
        assert one == other
        hook = HttpRequestHook(tflow.tflow())
        with _manager() as manager:
            install(manager)
            manager.add(one)
            await manager.trigger_event(hook)
            manager.remove(one)
            manager.add(other)
            await manager.trigger_event(hook)
        return told, [f"{id(one)}", f"{id(other)}"]

    told, expected = asyncio.run(run())
    assert told == expected


def test_a_hook_that_somebody_gets_later_is_asked() -> None:
    class Somebody:
        pass

    async def run() -> list[str]:
        told: list[str] = []
        somebody = Somebody()
        hook = HttpErrorHook(tflow.tflow(err=True))
        with _manager() as manager:
            manager.add(Own(told), somebody)
            install(manager)
            await manager.handle_lifecycle(hook)
            somebody.error = lambda flow: told.append(flow.error.msg)  # type: ignore[attr-defined]
            await manager.handle_lifecycle(hook)
        return told

    assert asyncio.run(run()) == ["error"]


def test_who_has_no_such_hook_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    invoke = AddonManager.invoke_addon

    async def spy(self: AddonManager, addon: object, event: HttpResponseHook) -> None:
        asked.append(type(addon).__name__)
        await invoke(self, addon, event)

    async def run() -> None:
        monkeypatch.setattr(AddonManager, "invoke_addon", spy)
        with _manager() as manager:
            manager.add(*default_addons(), Told("somebody", []))
            install(manager)
            await manager.trigger_event(HttpResponseHook(tflow.tflow(resp=True)))

    asyncio.run(run())
    assert asked[-1] == "Told"
    assert {"ModifyBody", "Save", "ScriptLoader"} <= set(asked)
    assert not {"BlockList", "TlsConfig", "Core"} & set(asked)


class Seen:
    """What another's patch of a manager's method saw."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def on_instance(self, manager: AddonManager, method: str) -> object:
        before = getattr(manager, method)

        async def patched(*args: object) -> None:
            self._note(args)
            await before(*args)

        setattr(manager, method, patched)
        return patched

    def on_class(self, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        before = getattr(AddonManager, method)

        async def patched(manager: AddonManager, *args: object) -> None:
            self._note(args)
            await before(manager, *args)

        monkeypatch.setattr(AddonManager, method, patched)

    def _note(self, args: tuple[object, ...]) -> None:
        self.names.append(args[-1].name)  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["trigger_event", "invoke_addon"])
@pytest.mark.parametrize("where", ["instance", "class"])
@pytest.mark.parametrize("ours_first", [True, False])
def test_the_patch_of_another_is_called_and_stays(
    method: str, where: str, ours_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, told = Seen(), list[str]()

    async def run() -> None:
        hook = HttpRequestHook(tflow.tflow())
        with _manager() as manager:
            manager.add(Told("first", told))

            def patch_too() -> None:
                if where == "instance":
                    seen.on_instance(manager, method)
                else:
                    seen.on_class(monkeypatch, method)

            if ours_first:
                remove = install(manager)
                # Already in use: what it remembers must not hide the patch.
                await manager.trigger_event(hook)
                patch_too()
            else:
                patch_too()
                remove = install(manager)
            theirs = getattr(manager, method)
            await manager.trigger_event(hook)
            assert seen.names == ["request"]
            remove()
            if where == "instance" and (ours_first or method == "invoke_addon"):
                assert getattr(manager, method) is theirs
            await manager.trigger_event(hook)
            assert seen.names == ["request", "request"]

    asyncio.run(run())
    assert set(told) == {"first request"}


def test_nothing_is_left_of_a_patch_that_was_removed() -> None:
    async def run() -> None:
        with _manager() as manager, _manager() as second:
            before = vars(manager).copy()
            removals = [install(manager), install(second)]
            for one in (manager, second):
                await one.trigger_event(HttpRequestHook(tflow.tflow()))
            removals[0]()
            assert vars(manager) == before
            assert "trigger_event" in vars(second)
            removals[1]()
            assert "trigger_event" not in vars(second)

    asyncio.run(run())


def test_what_a_patch_keeps_on_the_manager_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A manager that stands in for another has its attributes, those that are set later too."""
    plain = AddonManager.trigger_event

    async def counting(manager: AddonManager, event: HttpRequestHook) -> None:
        manager.count = getattr(manager, "count", 0) + 1  # type: ignore[attr-defined]
        await plain(manager, event)

    async def run() -> int:
        monkeypatch.setattr(AddonManager, "trigger_event", counting)
        with _manager() as manager:
            install(manager)
            for _ in range(3):
                await manager.trigger_event(HttpRequestHook(tflow.tflow()))
            return manager.count  # type: ignore[attr-defined, no-any-return]

    assert asyncio.run(run()) == 3
