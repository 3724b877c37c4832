"""Node types that ask a model: one narrow function, one conversation turn, one embedding."""
