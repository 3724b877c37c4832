"""What a worker does, wherever it lives: it runs graphs, scores them, and tells the driver everything as it goes."""
