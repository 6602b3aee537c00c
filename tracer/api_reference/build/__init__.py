"""The files of the API reference, made from the source distributions of the services."""
