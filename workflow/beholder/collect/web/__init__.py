"""Photographs from the web: services, one polite client, a journal that remembers what was asked."""
