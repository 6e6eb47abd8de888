"""Mapping tables: rows that say where a value of the model stands in a format, read in both directions."""
