"""What every other package may import: grades, errors, config base, randomness, provenance."""
