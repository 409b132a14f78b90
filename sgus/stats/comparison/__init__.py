"""A model as one more reader: beside the readers, against their consensus, in their place."""
