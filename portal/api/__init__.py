"""The API: what spans floors. Each floor answers for its own in `apps/*/api.py`."""
