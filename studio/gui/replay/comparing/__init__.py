"""Two runs side by side: which steps belong together, where they part, and what differs from there on."""
