"""Pages of signed originals."""
