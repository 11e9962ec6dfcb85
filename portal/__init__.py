"""The roof: settings, addresses, pages that show several floors, and the order of the work."""
