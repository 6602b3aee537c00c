"""Embedded clouds: real OpenStack services of a release, started from published packages."""

from tracer.cloud.cloud import Cloud, Running
from tracer.cloud.releases import Release, release, releases
from tracer.cloud.services import Process

__all__ = ["Cloud", "Process", "Release", "Running", "release", "releases"]
