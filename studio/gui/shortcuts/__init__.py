"""Which keys do what, and where people change that."""
