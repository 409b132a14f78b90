"""Reports: from a prediction table to figures with intervals."""
