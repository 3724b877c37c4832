"""Improving the prompt of one model function by its recorded cases: proposals, each measured on cases held out."""
