"""Commands that a model names in its reply: what they are, and what a reply means by them."""
