"""What people do to nodes, wires, names, stores and subgraphs: functions that return ops and apply nothing."""
