"""Tests of the release notes."""
