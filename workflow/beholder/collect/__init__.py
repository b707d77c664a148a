"""Stage 1: the photographs of every source, and one manifest per source that says what they are."""
