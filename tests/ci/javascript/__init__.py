"""The tools for the JavaScript of the pages."""
