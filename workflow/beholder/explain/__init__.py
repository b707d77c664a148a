"""What the networks look at: predictions, signed class maps and where on the photograph their cells lie."""
