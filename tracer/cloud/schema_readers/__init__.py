"""Modules that read the schemas of a service's package, one for each service.

``schema_reader.py`` runs them with the Python of the service's environment. That environment has no tracer,
so these modules import nothing of tracer.
"""
