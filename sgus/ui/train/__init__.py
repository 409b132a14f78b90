"""The train page: a form that puts a run into the queue, and the runs as they go on."""
