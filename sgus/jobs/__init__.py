"""Runs as jobs: a command and a directory each, kept in a queue that survives every crash."""
