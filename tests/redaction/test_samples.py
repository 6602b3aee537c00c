import json
import tarfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from tests.redaction.samples import EXPECTED, Masked, fetch, masked, samples
from tracer.cloud.cache import folder
from tracer.redaction import load_policy

KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIICzDCCAbSgAwIBAgIQOOkVcEN7TNa9\n-----END CERTIFICATE-----\n"
PUBLIC = CERTIFICATE.replace("CERTIFICATE", "PUBLIC KEY")


def _judged() -> list[tuple[str, Masked]]:
    lines = EXPECTED.read_text(encoding="utf-8").splitlines()[1:]
    return [(judgement, Masked(*rest)) for judgement, *rest in (line.split("\t") for line in lines)]


def test_at_most_one_in_a_hundred_of_the_masked_values_is_harmless() -> None:
    judgements = Counter(judgement for judgement, _ in _judged())
    assert set(judgements) == {"secret", "harmless"}
    assert judgements.total() > 250
    assert judgements["harmless"] / judgements.total() <= 0.01


@pytest.mark.samples
def test_what_is_masked_in_the_published_samples_is_what_was_judged() -> None:
    policy = load_policy()
    seen: Counter[Masked] = Counter()
    count = 0
    for sample, text in samples(fetch(folder() / "samples")):
        try:
            json.loads(text)
        except ValueError:
            continue
        count += 1
        seen.update(masked(sample, text, policy)[0])
    assert count > 2_800
    assert seen == Counter(value for _, value in _judged())


def test_samples_are_read_from_packages(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x-1.0.tar.gz", "w:gz") as package:
        for name in ("x-1.0/api-ref/source/a.json", "x-1.0/doc/api_samples/b/c.json", "x-1.0/setup.json"):
            entry = tarfile.TarInfo(name)
            entry.size = 2
            package.addfile(entry, BytesIO(b"{}"))
    assert list(samples(tmp_path)) == [
        ("x/api-ref/source/a.json", "{}"),
        ("x/doc/api_samples/b/c.json", "{}"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"pem": CERTIFICATE, "csr": CERTIFICATE.replace("CERTIFICATE", "CERTIFICATE REQUEST")},
        {"pem": CERTIFICATE * 2 + CERTIFICATE.replace("CERTIFICATE", "X509 CRL")},
        {"note": f"see {CERTIFICATE}", "key": PUBLIC},
        {"driver_info": {"deploy_kernel": "http://192.0.2.7/k", "rescue_ramdisk": "http://192.0.2.7/r"}},
        {"driver_info": {"deploy_iso": "http://192.0.2.7/i", "ipmi_port": "623", "ipmi_password": "******"}},
        {"password": "***", "secret": "<redacted>", "token": "[REDACTED]", "adminPass": "**REDACTED**"},
        {"password": "$OS_PASSWORD", "token": {"id": "--token_id--"}, "auth_key": "********", "psk": "xxxxx"},
        {"token": "{SHA256}" + "0a" * 32},
    ],
    ids=range(8),
)
def test_what_is_harmless_stays(document: object) -> None:
    rules, kept = masked("x", json.dumps(document), load_policy())
    assert rules == []
    assert json.loads(kept) == document


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ({"pem": KEY}, 1),
        ({"pem": CERTIFICATE + KEY}, 1),
        ({"note": f"{CERTIFICATE} and {KEY}"}, 1),
        ({"pem": CERTIFICATE.replace("END CERTIFICATE", "END PRIVATE KEY")}, 1),
        ({"driver_info": {"deploy_kernel": "http://u:kJ7xQ2mZp9vR4tWs@h/k"}}, 1),
        ({"driver_info": {"deploy_kernel": "http://h/k?temp_url_sig=kJ7xQ2mZp9vR4tWs"}}, 1),
        ({"driver_info": {"kernel_password": "kJ7xQ2mZp9vR4tWs"}}, 1),
        ({"password": "***x", "secret": "<Hunter2>", "token": "*a*"}, 3),
        ({"driver_info": {"redfish_address": "https://192.0.2.7"}}, 1),
    ],
    ids=range(9),
)
def test_what_only_looks_harmless_goes(document: object, count: int) -> None:
    rules, kept = masked("x", json.dumps(document), load_policy())
    assert len(rules) == count
    assert "kJ7x" not in kept
    assert "PRIVATE KEY" not in kept
