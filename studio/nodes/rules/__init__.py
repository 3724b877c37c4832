"""Rules in the form of Soar's productions: read, matched against facts, fired, and learned."""
