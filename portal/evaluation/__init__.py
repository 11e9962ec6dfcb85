"""Measuring the portal against documents with known truth, and against itself."""
