"""Mail to a company's administrators of what only a person can settle."""
