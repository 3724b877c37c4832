"""Node types over chunks: small records with slots, in buffers and in a memory of their uses (ACT-R)."""
