"""A small Tempest, for tests of the readers of its schemas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["DRAFT", "install_tempest"]

DRAFT = "http://json-schema.org/draft-04/schema#"

_BASE = """
class ResponseBody(dict):
    def __init__(self, response, body=None):
        raise AssertionError("a response that is not validated")

class RestClient:
    def __init__(self, auth_provider, service, region, dscv=False):
        self.headers = {}

    def get(self, url, headers=None):
        return self.request("GET", url, False, headers)

    def post(self, url, body, headers=None):
        return self.request("POST", url, False, headers, body, False)

    def request(self, *words):
        raise AssertionError("a request is sent")

    raw_request = request
    get_headers = request
    validate_response = request
    expected_success = request
"""
_MODULES = {
    "oslo_serialization/__init__.py": "",
    "oslo_serialization/jsonutils.py": "from json import dumps, loads\n",
    "tempest/__init__.py": "",
    "tempest/lib/__init__.py": "",
    "tempest/lib/services/__init__.py": "",
    "tempest/lib/common/__init__.py": "",
    "tempest/lib/common/rest_client.py": _BASE,
    "tempest/lib/common/jsonschema_validator.py": (
        f"class JSONSCHEMA_VALIDATOR:\n    META_SCHEMA = {{'$schema': '{DRAFT}'}}\n"
    ),
}


def install_tempest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, client: str) -> None:
    """Make a package importable that has ``client``, the source of a module, in ``folder``."""
    client_module = f"tempest/lib/services/{folder}/things_client.py"
    for name, source in {**_MODULES, client_module: client}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    for package in Path(client_module).parents:
        if package.name not in {"", "."}:
            (tmp_path / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] in {"tempest", "oslo_serialization"}]:
        monkeypatch.delitem(sys.modules, name)
