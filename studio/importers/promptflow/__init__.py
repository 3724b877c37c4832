"""promptflow's `flow.dag.yaml` as a graph. Its service ends in April 2027, and its flows need a home.

Format: the Flow YAML Schema of promptflow's reference (inputs, outputs, nodes, node_variants, activate, aggregation).
"""

from studio.importers.promptflow.flow import import_flow, is_flow

__all__ = ["import_flow", "is_flow"]
