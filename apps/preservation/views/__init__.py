"""The pages of preservation."""
