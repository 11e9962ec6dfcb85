"""Pages of senders about their documents, and of those who govern what is kept."""
