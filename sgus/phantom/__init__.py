"""Simulated salivary gland ultrasound with known truth: numpy and scipy only."""
