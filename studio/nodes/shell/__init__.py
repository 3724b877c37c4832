"""Programs of this computer, run in the sandbox."""
