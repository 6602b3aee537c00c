"""Checks of the repository as a whole, used by ``.ci/run``."""
