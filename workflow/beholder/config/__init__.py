"""The typed configuration: the one source of defaults, schema and documentation."""
