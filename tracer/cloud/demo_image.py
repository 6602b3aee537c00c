"""The image of a new cloud, so that its first commands have something to show.

The requests are those of the Image API v2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tracer.cloud.admin_requests import request, token
from tracer.cloud.image import qcow2

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NAME", "ensure"]

NAME = "demo-image"

_BYTES = "application/octet-stream"


def ensure(environment: Mapping[str, str], image_url: str) -> str:
    """Return the ID of the demo image. Upload the image to the service at ``image_url`` if it is missing.

    ``environment`` has the ``OS_…`` variables of a client. Raises CloudError if the cloud refuses a request
    or does not respond.
    """
    issued = token(environment)
    images = f"{image_url}/v2/images"
    listed = request("GET", f"{images}?name={NAME}&status=active", token=issued)[0]["images"]
    if listed:
        return str(listed[0]["id"])
    fields = {"name": NAME, "disk_format": "qcow2", "container_format": "bare", "visibility": "public"}
    image = str(request("POST", images, msgspec.json.encode(fields), token=issued)[0]["id"])
    request("PUT", f"{images}/{image}/file", qcow2(), token=issued, media_type=_BYTES)
    return image
