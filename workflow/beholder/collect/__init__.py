"""Stage 1: photographs with their labels and provenance."""
