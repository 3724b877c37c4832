"""Elementary cellular automata: a row of cells that are 0 or 1, each new one looked up from three old ones."""
