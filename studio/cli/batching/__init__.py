"""What the commands about experiments share: their options, progress, and how conclusions are told."""
