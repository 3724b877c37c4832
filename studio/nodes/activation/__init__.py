"""Node types that reckon how near to mind each chunk of a memory is (Anderson 2007)."""
