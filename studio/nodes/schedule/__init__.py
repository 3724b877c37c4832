"""Schedules of a day: rows of an activity and its minutes, beginning at midnight."""
