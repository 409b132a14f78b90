"""What figures of every page share: layout, export, rows of intervals, choices that are kept."""
