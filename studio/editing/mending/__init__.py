"""Quick fixes by what they mend: nodes and their params, edges, stores and whole graphs. Entry: `mending.fixing`."""
