"""Stage 7: pictures and tables, drawn from tables alone."""
