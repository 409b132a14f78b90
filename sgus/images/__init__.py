"""From a file to the pixels a network sees: decode, region, text, geometry, augment, cache."""
