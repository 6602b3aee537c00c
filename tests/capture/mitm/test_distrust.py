"""What is said of certificates that are not trusted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import tls
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.test import taddons, tflow

from tracer.capture.client.clouds_file import CloudEntry
from tracer.capture.client.trusted_ca import Trust
from tracer.capture.mitm.distrust import CommandRemedies, Distrust
from tracer.capture.mitm.tracer_addon import Tracer

if TYPE_CHECKING:
    import pytest

CLOUD = CloudEntry("a", Path("/etc/openstack/clouds.yaml"), {"cacert": "/cloud.pem"})


def said(trust: Trust, *calls: tuple[str, str]) -> list[str]:
    lines: list[str] = []
    distrust = Distrust(CommandRemedies(trust, Path("/ca.pem")), lines.append)
    for host, reason in calls:
        if reason:
            distrust.proxy_refused(host, reason)
        else:
            distrust.client_refused(host)
    return lines


def test_each_warning_names_the_setting_and_comes_once() -> None:
    proxy, client = said(Trust(), ("h", "self-signed"), ("h", "self-signed"), ("h", ""), ("h", ""))
    assert proxy.startswith("the proxy does not trust the certificate of h (self-signed): ")
    assert proxy.endswith(": OS_CACERT must name the file of the cloud's CA")
    assert client.startswith("the client does not trust the proxy's CA (asked for h): ")
    assert client.endswith(
        ": it must trust /ca.pem, which OS_CACERT and REQUESTS_CA_BUNDLE name: "
        "leave out --os-cacert and, in programs that use openstacksdk, cacert in clouds.yaml"
    )


def test_cacert_in_clouds_yaml_is_named_with_its_place() -> None:
    source = "cacert of the cloud a in /etc/openstack/clouds.yaml"
    client, proxy = said(Trust("/cloud.pem", source, cloud=CLOUD), ("h", ""), ("h", "self-signed"))
    assert client.endswith(
        ": take cacert out of the cloud a in /etc/openstack/clouds.yaml while you record, "
        "and export OS_CACERT=/cloud.pem"
    )
    assert proxy.endswith(f"of the cloud's CA; it was checked with {source} (/cloud.pem)")
    (option,) = said(Trust("/cloud.pem", "--os-cacert"), ("h", "self-signed"))
    assert ": --os-cacert must name " in option


def test_an_authority_that_cannot_be_loaded(tmp_path: Path) -> None:
    missing = CommandRemedies(Trust(str(tmp_path / "none"), "OS_CACERT"), Path("/ca.pem"))
    without = CommandRemedies(Trust(str(tmp_path), "OS_CACERT"), Path("/ca.pem"))
    assert [missing.unusable(), without.unusable()] == [
        f"the proxy cannot use OS_CACERT ({tmp_path / 'none'}): there is no such file",
        f"the proxy cannot use OS_CACERT ({tmp_path}): it holds no certificate of a CA",
    ]


def test_mitmdump_warns_once_for_each_host(caplog: pytest.LogCaptureFixture) -> None:
    def failed(side: str, host: str, error: str) -> tls.TlsData:
        context = Context(tflow.tclient_conn(), Options())
        context.server.address = (host, 443)
        conn = context.client if side == "client" else context.server
        conn.error = error
        return tls.TlsData(conn, context)

    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context, caplog.at_level("WARNING"):
            context.configure(tracer, confdir="/authority")
            for host in ("a", "a", "b"):
                tracer.tls_failed_client(failed("client", host, "tlsv1 alert unknown ca"))
                tracer.tls_failed_server(failed("server", host, "Certificate verify failed: expired"))
            await tracer.done()

    asyncio.run(run())
    logged = [
        record.getMessage() for record in caplog.records if record.name == "tracer.capture.mitm.tracer_addon"
    ]
    client_a, server_a, client_b, server_b = logged
    assert client_a.startswith(
        "a client does not trust the proxy's CA (asked for a): "
        "export OS_CACERT=/authority/mitmproxy-ca-cert.pem for it, and leave out --os-cacert and, "
    )
    assert server_a.startswith("the proxy does not trust the certificate of a (Certificate verify failed: ")
    assert server_a.endswith(
        ": start mitmdump with --set ssl_verify_upstream_trusted_ca=FILE, the file of the cloud's CA"
    )
    assert "(asked for b)" in client_b
    assert "certificate of b (" in server_b
