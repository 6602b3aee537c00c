"""A small reference, read by Sphinx as the references of the services are."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from tracer.api_reference.build.reference_sections import ReferenceSection
from tracer.api_reference.operation_types import Parameter

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """
======
Images
======

Show image
==========

.. rest_method::  GET /v2/images/{image_id}

.. rest_status_code:: success status.yaml

  - 200

.. rest_status_code:: error status.yaml

  - 404
  - 401

Request
-------

.. rest_parameters:: parameters.yaml

  - image_id: image_id

Response Parameters
-------------------

.. rest_parameters:: parameters.yaml

  - id: id
  - host: host

Reboot image (reboot Action)
============================

.. rest_method::  POST /v2/images/{image_id}/action

Normal response codes: 202

Normal response codes: 200 (microversions 2.0 - 2.100)

Error response codes: badRequest(400), conflict(409), 207

Error codes:
  - 406 (NotAcceptable)

Error codes:

- 503 (BusyNode)

The error response code 404 may be returned.

Request
-------

.. rest_parameters:: parameters.yaml

  - reboot: reboot

Nested too deeply
-----------------

.. rest_method::  GET /v2/nested

Normal response codes: 203

Response
--------

.. rest_parameters:: parameters.yaml

  - host: host
"""
PARAMETERS = """
image_id: {in: path, type: string, required: true, description: An ID.}
id: {in: body, type: string, required: true, description: An ID.}
host: {in: body, type: string, required: false, min_version: 2.5, description: A host.}
reboot: {in: body, type: none, required: true, description: Reboots.}
"""
STATUSES = """
200: {default: OK.}
401: {default: Unauthorized.}
404: {default: Not found.}
"""


@pytest.fixture(scope="module")
def sections(tmp_path_factory: pytest.TempPathFactory) -> list[ReferenceSection]:
    source: Path = tmp_path_factory.mktemp("source")
    (source / "index.rst").write_text("Images\n======\n\n.. toctree::\n\n   v2/index\n")
    (source / "v2").mkdir()
    (source / "v2" / "index.rst").write_text(PAGE)
    for folder in (source, source / "v2"):
        (folder / "parameters.yaml").write_text(PARAMETERS)
        (folder / "status.yaml").write_text(STATUSES)
    command = [sys.executable, "-m", "tracer.api_reference.build.extraction", str(source)]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(output, type=list[ReferenceSection])


def test_a_section_with_directives(sections: list[ReferenceSection]) -> None:
    assert sections[0] == ReferenceSection(
        title="Show image",
        page="v2/index",
        anchor="show-image",
        method="GET",
        path="/v2/images/{image_id}",
        success=(200,),
        errors=(404, 401),
        request=(Parameter(name="image_id", location="path", type="string", required=True),),
        response=(
            Parameter(name="id", location="body", type="string", required=True),
            Parameter(name="host", location="body", type="string", min_version="2.5"),
        ),
    )


def test_a_section_with_sentences(sections: list[ReferenceSection]) -> None:
    assert len(sections) == 3
    action = sections[1]
    assert (action.title, action.anchor) == ("Reboot image (reboot Action)", "reboot-image-reboot-action")
    assert (action.success, action.errors) == ((202, 200, 207), (400, 409, 406, 503))
    assert [parameter.name for parameter in action.request] == ["reboot"]


def test_a_section_that_is_nested_too_deeply(sections: list[ReferenceSection]) -> None:
    nested = sections[2]
    assert (nested.method, nested.path, nested.success) == ("GET", "/v2/nested", (203,))
    assert [parameter.name for parameter in nested.response] == ["host"]
    assert sections[1].response == ()
