"""Stage 3: train, validation and test sets, and their packed pixels per background."""
