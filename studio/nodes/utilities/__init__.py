"""Node types that choose among rules by what they are worth, and learn it from rewards."""
