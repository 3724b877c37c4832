"""What a batch is made of: rows, variants, seeds and scores, and the runs that follow from them. Runs nothing."""
