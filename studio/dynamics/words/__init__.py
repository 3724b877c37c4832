"""What was said, as sets of words: when two outputs say the same, how much one says, and what in it is new."""
