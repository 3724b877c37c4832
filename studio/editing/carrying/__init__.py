"""Nodes that move from one graph to another: copying, pasting, making subgraphs of them and dissolving these."""
