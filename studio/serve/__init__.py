"""A graph as a server: an OpenAI-compatible endpoint on loopback, and a server of the Model Context Protocol."""
