"""What a run has told so far, by place, firing and tick, and how that reads. No Qt."""
