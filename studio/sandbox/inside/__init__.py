"""What runs inside a box. Only the standard library: these files are run by path, apart from the studio."""
