"""A finished run as one document that can be read without this program."""
