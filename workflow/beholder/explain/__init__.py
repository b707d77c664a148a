"""Stage 5: predictions and signed, registered class maps."""
