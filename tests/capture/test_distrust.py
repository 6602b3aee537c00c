"""What is said of certificates that are not trusted."""

from __future__ import annotations

from pathlib import Path

from tracer.capture.client_trust import Trust
from tracer.capture.clouds_file import CloudEntry
from tracer.capture.distrust import Distrust

CLOUD = CloudEntry("a", Path("/etc/openstack/clouds.yaml"), {"cacert": "/cloud.pem"})


def said(trust: Trust, *calls: tuple[str, str]) -> list[str]:
    lines: list[str] = []
    distrust = Distrust(trust, Path("/ca.pem"), lines.append)
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
    assert client.endswith(": it must trust /ca.pem, which OS_CACERT and REQUESTS_CA_BUNDLE name")


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
    lines: list[str] = []
    Distrust(Trust(str(tmp_path / "none"), "OS_CACERT"), Path("/ca.pem"), lines.append).unusable()
    Distrust(Trust(str(tmp_path), "OS_CACERT"), Path("/ca.pem"), lines.append).unusable()
    assert lines == [
        f"the proxy cannot use OS_CACERT ({tmp_path / 'none'}): there is no such file",
        f"the proxy cannot use OS_CACERT ({tmp_path}): it holds no certificate of a CA",
    ]
