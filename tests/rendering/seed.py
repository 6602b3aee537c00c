"""The run of the page that a person once wrote by hand, rebuilt from the page's facts."""

from __future__ import annotations

import json

from tracer.model import FORMAT, Body, Cloud, Exchange, Output, Recording, Request, Response
from tracer.sequences import find, label

HOST = "http://182.161.114.101"
IMAGE_ID = "9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
CLIENT = "openstacksdk/0.103.0 keystoneauth1/5.1.0 python-requests/2.28.1 CPython/3.11.0"

IMAGE = {
    "hw_rng_model": "virtio",
    "owner_specified.openstack.md5": "",
    "owner_specified.openstack.object": "images/cirros-0.5.2-x86_64-disk",
    "owner_specified.openstack.sha256": "",
    "name": "cirros-0.5.2-x86_64-disk",
    "disk_format": "qcow2",
    "container_format": "bare",
    "visibility": "public",
    "size": 16300544,
    "virtual_size": 117440512,
    "status": "active",
    "checksum": "b874c39491a2377b8490f5f1e89761a4",
    "protected": False,
    "min_ram": 0,
    "min_disk": 0,
    "owner": "a5362cbd04fd4783a038d5a342d58e87",
    "os_hidden": False,
    "os_hash_algo": "sha512",
    "os_hash_value": "6b813aa46bb90b4da216a4d19376593fa3f4fc7e617f03a92b7fe11e9a3981cb"
    "e8f0959dbebe36225e5f53dc4492341a4863cac4ed1ee0909f3fc78ef9c3e869",
    "id": IMAGE_ID,
    "created_at": "2022-12-06T04:47:33Z",
    "updated_at": "2022-12-06T04:47:36Z",
    "tags": [],
    "self": f"/v2/images/{IMAGE_ID}",
    "file": f"/v2/images/{IMAGE_ID}/file",
    "schema": "/v2/schemas/image",
}


def exchange(
    method: str,
    path: str,
    status: int | None,
    reason: str = "",
    *,
    times: tuple[float, float | None],
    to: str = "glance",
    sender: str = "client",
    token: bool = False,
    body: Body | None = None,
    error: str | None = None,
) -> Exchange:
    """One exchange of the page's cloud; a status of None means that no response came."""
    headers = {
        "User-Agent": CLIENT,
        "Accept-Encoding": "gzip, deflate",
        "Accept": "*/*",
        "Connection": "keep-alive",
    }
    return Exchange(
        sender=sender,
        receiver=to,
        started=times[0],
        ended=times[1],
        request=Request(
            method=method,
            url=HOST + path,
            http="HTTP/1.1",
            headers={**headers, "X-Auth-Token": "<token-1>"} if token else dict(headers),
        ),
        response=None
        if status is None
        else Response(
            status=status,
            reason=reason,
            headers={
                "Date": "Mon, 12 Dec 2022 08:37:10 GMT",
                "Server": "Apache/2.4.41 (Ubuntu)",
                "Content-Type": "application/json",
                "Connection": "close",
            },
            body=body,
        ),
        error=error,
    )


def exchanges() -> list[Exchange]:
    """The page's four exchanges; it tells no times."""
    body = Body(type="application/json", size=976, json=json.dumps(IMAGE, indent=2))
    return [
        exchange("GET", "/identity", 300, "MULTIPLE CHOICES", times=(0.0, 0.02), to="keystone"),
        exchange("POST", "/identity/v3/auth/tokens", 201, "CREATED", times=(0.03, 0.3), to="keystone"),
        exchange("GET", "/image", 300, "Multiple Choices", times=(0.31, 0.33)),
        exchange(
            "GET", f"/image/v2/images/{IMAGE_ID}", 200, "OK", times=(0.412, 0.455), token=True, body=body
        ),
    ]


def recording(run: list[Exchange] | None = None) -> Recording:
    """The page's recording, or one of the exchanges ``run``, labelled as image-show."""
    return label(
        Recording(
            format=FORMAT,
            command=f"openstack image show --format json {IMAGE_ID}",
            cloud=Cloud(release="zed", url=HOST),
            client=CLIENT,
            recorded="2022-12-12T08:37:10Z",
            participants={"client": "openstack-client", "keystone": "keystone-api", "glance": "glance-api"},
            exchanges=exchanges() if run is None else run,
            output=Output(exit=0, stdout="{}"),
        ),
        find("image-show"),
    )
