"""What a graph or a run can become outside of the studio: pictures, scripts, notebooks, records for other tools."""
