"""Small worlds of square tiles: a map, what happens where, who sees what, and the way from here to there."""
