"""JSON Schemas of all file formats, made from the types that read the files."""

from __future__ import annotations

from tracer.schemas.file_formats import FORMATS, format_schema
from tracer.schemas.json_schema import json_schema
from tracer.schemas.key_texts import KeyTexts, key_texts

__all__ = ["FORMATS", "KeyTexts", "format_schema", "json_schema", "key_texts"]
