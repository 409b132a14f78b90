"""A module a verb: config in, result out."""
