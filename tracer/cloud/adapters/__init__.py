"""Modules that run a service with its workers in one process, in the environment of the service.

That environment has no tracer, so these modules import nothing of tracer.
"""
