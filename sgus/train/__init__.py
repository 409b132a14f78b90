"""Training: config, schedule, loop, checkpoint, prediction tables."""
