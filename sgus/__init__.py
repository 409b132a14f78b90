"""SGUS: OMERACT grading of salivary gland ultrasound in Sjögren disease. Research use only."""

__version__ = "0.1.0"
