"""How a node type is declared: fields, ports, params, types, effects, and what `run` may ask for."""

from studio.spec.calls import ChatReply, CompletionReply, Message, ModelInfo, TokenChoice
from studio.spec.context import ModelCalls, RunContext, StoreHandle
from studio.spec.fields import Field, Fields, make_fields, param, port
from studio.spec.node import Node, NodeSpec, node
from studio.spec.permissions import ANY, Permission
from studio.spec.registry import Registry, default_registry

__all__ = [
    "ANY",
    "ChatReply",
    "CompletionReply",
    "Field",
    "Fields",
    "Message",
    "ModelCalls",
    "ModelInfo",
    "Node",
    "NodeSpec",
    "Permission",
    "Registry",
    "RunContext",
    "StoreHandle",
    "TokenChoice",
    "default_registry",
    "make_fields",
    "node",
    "param",
    "port",
]
