"""The runs page: what a finished run found, on which images, and how sure that is."""
