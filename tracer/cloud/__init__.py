"""Embedded clouds: real OpenStack services of a release, started from published packages.

Nothing is imported here: who needs the folder of the cache need not load what starts a cloud.
"""
