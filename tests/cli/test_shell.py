"""A shell that was directed to a cloud is as before when it is restored, in the shells that people use."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.cli.shell import restoring_lines, setting_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ZED = {"OS_AUTH_URL": "http://127.0.0.1:5000/identity", "OS_PASSWORD": "p'w \"$x`"}
NEWEST = {"OS_AUTH_URL": "http://127.0.0.1:6000/identity", "OS_TOKEN": "t"}
PROXY = "http://127.0.0.1:9"
PATH = "/usr/bin:/bin"
_SET_BY_ZSH = ("HOME", "LOGNAME")
SHELLS = [shell for shell in ("bash", "dash", "zsh") if shutil.which(shell)]


def _after(shell: Mapping[str, str], lines: Iterable[str], program: str = "bash") -> dict[str, str]:
    """Return the environment of a shell after the lines."""
    show = f"{sys.executable} -I -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    script = "\n".join([*lines, show])
    ended = subprocess.run(
        [str(shutil.which(program)), "-c", script],
        env=dict(shell),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    after: dict[str, str] = json.loads(ended.stdout)
    return {
        name: value
        for name, value in after.items()
        if name not in {"_", "SHLVL", "PWD", "OLDPWD", "LC_CTYPE", *_SET_BY_ZSH}
    }


@pytest.mark.parametrize("program", SHELLS)
@pytest.mark.parametrize("proxy", [None, PROXY])
@pytest.mark.parametrize(
    "before",
    [
        {"PATH": PATH},
        {
            "PATH": PATH,
            "OS_AUTH_URL": "https://cloud.test",
            "OS_PASSWORD": "a 'b' \"$c\" \\ \n`d`",
            "OS_CLOUD": "x",
        },
        {"PATH": PATH, "http_proxy": "http://proxy.test:3128", "no_proxy": "a,b", "OS_REGION_NAME": ""},
    ],
)
def test_a_shell_is_set_and_restored(program: str, proxy: str | None, before: dict[str, str]) -> None:
    during = _after(before, setting_lines(before, ZED, proxy, "/a b/commands"), program)
    assert {name: value for name, value in during.items() if name.startswith("OS_")} == ZED
    assert during["PATH"] == f"/a b/commands:{PATH}"
    assert during.get("http_proxy") == (proxy or before.get("http_proxy"))
    assert _after(during, restoring_lines(during), program) == before


def test_another_cloud_replaces_the_first_one_and_the_shell_before_both_is_restored() -> None:
    before = {"PATH": PATH, "OS_CLOUD": "mine", "http_proxy": "http://proxy.test:3128"}
    first = _after(before, setting_lines(before, ZED, PROXY, "/zed"))
    second = _after(first, setting_lines(first, NEWEST, None, "/newest"))
    assert {name: value for name, value in second.items() if name.startswith("OS_")} == NEWEST
    assert (second["PATH"], second["http_proxy"]) == (f"/newest:{PATH}", "http://proxy.test:3128")
    assert "no_proxy" not in second
    assert _after(second, restoring_lines(second)) == before
    again = _after(first, setting_lines(first, ZED, PROXY, "/zed"))
    assert again == first


def test_what_the_user_changed_since_stays() -> None:
    before = {"PATH": PATH}
    during = _after(before, setting_lines(before, ZED, PROXY, "/zed"))
    changed = during | {"PATH": f"/own:{during['PATH']}:/later", "http_proxy": "http://own.test", "MINE": "1"}
    assert _after(changed, restoring_lines(changed)) == {
        "PATH": f"/own:{PATH}:/later",
        "http_proxy": "http://own.test",
        "no_proxy": "",
        "MINE": "1",
    }


def test_a_proxy_of_the_users_own_is_kept_where_another_cloud_follows() -> None:
    before = {"PATH": PATH, "http_proxy": "http://first.test"}
    during = _after(before, setting_lines(before, ZED, PROXY, "/zed")) | {"http_proxy": "http://second.test"}
    other = _after(during, setting_lines(during, ZED, PROXY, "/zed"))
    assert other["http_proxy"] == PROXY
    assert _after(other, restoring_lines(other))["http_proxy"] == "http://second.test"
    direct = _after(during, setting_lines(during, ZED, None, "/zed"))
    assert direct["http_proxy"] == "http://second.test"
    assert _after(direct, restoring_lines(direct)) == {
        "PATH": PATH,
        "http_proxy": "http://second.test",
        "no_proxy": "",
    }


def test_the_proxy_of_an_earlier_version_goes() -> None:
    shell = {"PATH": PATH, "http_proxy": PROXY, "no_proxy": "", "TRACER_PROXY": PROXY}
    assert "unset TRACER_PROXY http_proxy no_proxy" in list(setting_lines(shell, ZED, None, "/zed"))
    own = shell | {"http_proxy": "http://own.test"}
    assert "unset TRACER_PROXY" in list(setting_lines(own, ZED, None, "/zed"))
    assert _after(shell, restoring_lines(shell)) == {"PATH": PATH}


def test_no_line_has_an_earlier_value() -> None:
    before = {
        "PATH": PATH,
        "OS_PASSWORD": "geheim-1",
        "OS_TOKEN": "geheim-2",
        "http_proxy": "http://u:geheim-3@p",
    }
    lines = list(setting_lines(before, ZED, PROXY, "/zed"))
    during = _after(before, lines)
    assert "geheim" not in "".join([*lines, *restoring_lines(during)])


def test_a_shell_that_was_not_set_has_nothing_to_restore() -> None:
    assert list(restoring_lines({"PATH": PATH, "OS_CLOUD": "mine"})) == []


names = st.from_regex(r"OS_[A-Z_]{0,3}", fullmatch=True)
values = st.text(st.characters(min_codepoint=1, codec="utf-8"), max_size=8)


@given(st.dictionaries(names, values, max_size=4), st.dictionaries(names, values, max_size=3))
def test_any_values_come_back(before: dict[str, str], variables: dict[str, str]) -> None:
    before = {"PATH": PATH, **before}
    during = _after(before, setting_lines(before, variables, None, "/zed"))
    assert {name: value for name, value in during.items() if name.startswith("OS_")} == variables
    assert _after(during, restoring_lines(during)) == before
