"""Cohorts by the data contract: manifest, importers, quality, splits."""
