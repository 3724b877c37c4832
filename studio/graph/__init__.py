"""The document: a graph as data, its file format, its checks and its edits. Knows no engine and no Qt."""

from studio.graph.model import Edge, Graph, NodeInstance, Place, StoreDecl

__all__ = ["Edge", "Graph", "NodeInstance", "Place", "StoreDecl"]
