"""Programs by their User-Agents."""

from __future__ import annotations

import pytest

from tracer.sequences.user_agents import may_be_openstack, program_of

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("agent", "program", "openstack"),
    [
        ("openstacksdk/4.4.0 keystoneauth1/5.10.0 python-requests/2.32.3 CPython/3.12", "openstacksdk", True),
        ("keystoneauth1/5.10.0 python-requests/2.32.3 CPython/3.12", "keystoneauth1", True),
        ("inventory/1.0 openstacksdk/4.4.0 keystoneauth1/5.10.0", "inventory", True),
        ("python-glanceclient", "python-glanceclient", True),
        ("curl/8.5.0", "curl", False),
        ("Wget/1.21.4", "Wget", False),
        ("python-requests/2.32.3", "python-requests", False),
        ("python-httpx/0.27", "python-httpx", False),
        ("gophercloud/v1.14.1", "gophercloud", False),
        ("Go-http-client/1.1", "Go-http-client", False),
        (
            "HashiCorp Terraform/1.9.0 (+https://www.terraform.io) Terraform Plugin SDK/2.34 gophercloud/v2",
            "terraform",
            False,
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "firefox", False),
        (CHROME, "chrome", False),
        (f"{CHROME} Edg/126.0.0.0", "edge", False),
        ("Mozilla/5.0 (compatible; MSIE 10.0)", "browser", False),
        ("Mozilla/5.0 (openstacksdk/4.4.0)", "browser", False),
        ("<script>alert(1)</script>", "", False),
        ("../../etc/passwd", "", False),
        ("\u202eevil/1", "", False),
        ("x" * 41, "", False),
        ("(comment)", "", False),
        ("", "", True),
    ],
)
def test_a_user_agent_names_a_program(agent: str, program: str, *, openstack: bool) -> None:
    assert program_of(agent) == program
    assert may_be_openstack(agent) is openstack
