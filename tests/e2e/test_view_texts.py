"""The page shows whatever a recording says, and nothing of it gets out of its text; however much there is."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import expect

from tests.e2e.pages import saying
from tests.rendering import seed
from tests.rendering.view.test_html import HOSTILE
from tracer.model import Body, Exchange, Recording, Request, Response, free_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.browser import Visit

pytestmark = pytest.mark.e2e

MANY = 5000
SCROLL = """new Promise((done) => {
    const list = document.getElementById('messages');
    const gaps = [];
    let last = performance.now();
    list.scrollTop = 0;
    const step = (now) => {
        gaps.push(now - last);
        last = now;
        list.scrollTop += 400;
        if (gaps.length < 60) requestAnimationFrame(step);
        else done(gaps.slice(5).sort((a, b) => a - b));
    };
    requestAnimationFrame(step);
})"""
SEARCH = """(async () => {
    const field = document.getElementById('search');
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    const run = async (text) => {
        const start = performance.now();
        field.value = text;
        field.dispatchEvent(new Event('input'));
        await frame();
        await frame();
        return performance.now() - start;
    };
    return [await run('things/4321'), await run('qcow2 v2/things/77')];
})()"""


def test_literals_of_a_body_stay_as_they_were_sent(opened: Callable[..., Visit]) -> None:
    text = (
        '{"big": 12345678901234567890, "twice": 1, "twice": 1.0, "escaped": "\\u00e9", "no": NaN, "none": {}}'
    )
    page = opened(saying(Body(type="application/json", size=1, json=text))).page
    page.locator("#rows .row").first.click()
    shown = " ".join(page.locator("#details .json").inner_text().split())
    assert re.sub(r"^[▾ ]*\{ (3 keys|6 keys)? ?\}?", "{", shown).replace("{ ", "{").replace(" }", "}") == text


@pytest.mark.parametrize(
    "text", ["not json", '{"a": 1', "[1]]", "", "[" * 5000 + "]" * 5000, '"' + "x" * 300_000 + '"']
)
def test_any_body_is_shown(opened: Callable[..., Visit], text: str) -> None:
    page = opened(saying(Body(type="application/json", size=len(text), json=text))).page
    page.locator("#rows .row").first.click()
    shown = page.locator("#details .json, #details pre.text").inner_text()
    assert text[:1000] in shown


@pytest.mark.parametrize("text", [*HOSTILE, "\u202egnirts", "javascript:alert(1)"])
def test_a_hostile_recording_stays_text(opened: Callable[..., Visit], text: str) -> None:
    body = Body(type=text, size=1, json=json.dumps({text: [text, {"a": text}]}))
    said = Body(type=text, size=1, text=text)
    exchange = Exchange(
        sender=text, receiver="glance", started=0.0, ended=0.1, path=text, verdict="unexpected",
        request=Request(method=text, url=f"http:{text}", http=text, headers={text: [text] * 2}, body=body),
        response=Response(status=200, reason=text, headers={text: text}, body=said),
    )  # fmt: skip
    recording = msgspec.structs.replace(
        seed.recording([]), exchanges=[exchange], command=text, notes=[free_note(text)], client=text,
        sequence=text, participants={text: text}, interrupted=text, redacted={text: 1},
    )  # fmt: skip
    visited = opened(recording)
    page = visited.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for row in (0, 1):
        page.locator("#rows .row").nth(row).click()
        expect(page.locator("#details section").first).to_be_visible()
    assert page.locator("img, iframe, object, embed, script[src], textarea").count() == 0
    assert page.locator("script:not([type])").count() == 1
    assert page.locator("body svg").count() == 2
    shown = page.locator("#details pre.text").text_content() or ""
    # What does not show is shown by its sign.
    assert shown == re.sub("[\x00\u202e\u2028\u2029]", "\ufffd", text)
    page.locator("#search").fill(text)
    page.keyboard.press("Escape")
    assert dialogs == []


def _many() -> Recording:
    bodies = [
        exchange.response.body
        for exchange in seed.exchanges()
        if exchange.response and exchange.response.body
    ]
    made = []
    for number in range(MANY):
        to = ("keystone", "glance", "nova", "neutron")[number % 4]
        exchange = seed.exchange(
            "GET",
            f"/{to}/v2/things/{number}",
            200,
            "OK",
            times=(number / 10, number / 10 + 0.08),
            to=to,
            token=True,
            body=bodies[0],
        )
        wrong = number % 1000 == 999
        made.append(
            msgspec.structs.replace(
                exchange, path=f"/{to}/v2/things/{number}", verdict="unexpected" if wrong else "documented"
            )
        )
    return msgspec.structs.replace(
        seed.recording([]), exchanges=made, sequence="server-create", verdict="deviates", missing=[]
    )


def test_thousands_of_exchanges_stay_usable(
    opened: Callable[..., Visit], capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    visited = opened(_many())
    written = time.monotonic() - started
    page = visited.page
    expect(page.locator("#rows .row").first).to_be_visible()
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert page.locator("#rows .row").count() < 100
    page.locator("#messages").evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    expect(page.locator("#rows .number").last).to_have_text(str(2 * MANY))
    frames, before = page.evaluate(SCROLL), visited.cpu()
    search = page.evaluate(SEARCH)
    assert visited.cpu() - before < 5
    expect(page.locator("#found")).to_have_text("11 of 5,000 exchanges")
    assert page.locator("#rows .row").count() < 100
    with capsys.disabled():
        print(  # noqa: T201 - a measure for whoever reads the test's output
            f"\n{MANY} exchanges: written and opened in {written:.1f} s, first paint after {paint:.0f} ms; "
            f"a frame of scrolling takes {frames[len(frames) // 2]:.0f} ms, at worst {frames[-1]:.0f} ms; "
            f"the first search {search[0]:.0f} ms, the next {search[1]:.0f} ms"
        )
    page.locator("#rows .row").nth(3).click()
    expect(page.locator("#details h2")).to_have_text("200 OK")
    page.keyboard.press("n")
    assert page.locator("#found").inner_text() != ""
