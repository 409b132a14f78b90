"""Review of gradings: what is confused, which images to look at, and how they are settled."""
