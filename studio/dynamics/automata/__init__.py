"""The CA lab: cellular automata with known classes, on which the instruments of this package are checked."""
