"""The confusions page: what a run confuses at one boundary, each image from near, what to do."""
