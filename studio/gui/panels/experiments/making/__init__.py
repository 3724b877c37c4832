"""The dialog *New experiment*: `draft` is what it makes, and knows no Qt; `dialog` puts the sections together."""
