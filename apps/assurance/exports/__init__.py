"""The trail, taken out so that a stranger can check it."""
