"""Embedded clouds: real OpenStack services of a release, started from published packages.

This module imports nothing, so that a user of the cache folder does not load the code for clouds.
"""
