"""From the results of a batch to conclusions: read from the database, judged by `statistics`, told by `reporting`."""
