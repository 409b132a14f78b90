"""Explanations of a prediction: class activation maps."""
