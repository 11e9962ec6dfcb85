"""Pages of assurance: the trail, and what is taken out of it."""
