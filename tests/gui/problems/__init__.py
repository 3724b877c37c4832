"""Tests of the live checks and of the panel that lists what they find."""
