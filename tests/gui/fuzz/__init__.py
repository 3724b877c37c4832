"""A window under random hands: seeded, logged, repeatable. See `machine`."""
