"""Differences between recordings, for people and for machines: report formats and diagrams."""
