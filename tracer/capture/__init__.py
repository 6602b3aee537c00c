"""Capture of mitmproxy's flows as recordings: the only package that imports mitmproxy.

This module imports nothing, so that a command imports only the modules that it needs.
"""
