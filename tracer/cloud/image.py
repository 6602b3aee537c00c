"""A small disk image with valid content, as Glance of newer releases checks the format of the bytes."""

from __future__ import annotations

import struct

__all__ = ["qcow2"]

_CLUSTER_BITS = 16
_CLUSTER = 1 << _CLUSTER_BITS


def qcow2(virtual_size: int = 2**20) -> bytes:
    """Return an empty qcow2 image (version 2) of ``virtual_size`` bytes, in four clusters of 64 KiB.

    The layout follows the "QCOW2 image format specification" of QEMU: the header, the refcount
    table, one refcount block that counts the four clusters, and an L1 table without entries.
    """
    header = struct.pack(
        ">4sIQIIQIIQQIIQ",
        b"QFI\xfb",
        2,
        0,  # backing file: none
        0,
        _CLUSTER_BITS,
        virtual_size,
        0,  # not encrypted
        1,  # entries of the L1 table
        3 * _CLUSTER,
        _CLUSTER,
        1,  # clusters of the refcount table
        0,  # snapshots
        0,
    )
    refcount_table = struct.pack(">Q", 2 * _CLUSTER)
    refcount_block = struct.pack(">4H", 1, 1, 1, 1)
    parts = (header, refcount_table, refcount_block, b"")
    return b"".join(part.ljust(_CLUSTER, b"\0") for part in parts)
