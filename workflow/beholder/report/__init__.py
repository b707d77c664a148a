"""Stage 8: pages that show everything."""
