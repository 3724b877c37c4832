"""The document under edit: primitive ops with inverses, the history that undoes them, and the ports of its nodes."""

from studio.editing.document.document import Document

__all__ = ["Document"]
