"""What every stage may use: programs, tables, errors, labels."""
