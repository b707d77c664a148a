"""Stage 6: measurements of what a network decides by."""
