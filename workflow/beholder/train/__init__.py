"""Stage 4: networks, recipes and the resumable training loop."""
