"""Node types that plan: propose actions, foresee what follows, judge it, and learn from what came (LeCun 2022)."""
