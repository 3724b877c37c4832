"""What Qt itself says goes to the log, without the notices that every offscreen or small desktop brings."""

from __future__ import annotations

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_log = logging.getLogger("studio.qt")

_NOISE = ("propagateSizeHints", "This plugin does not support", "Detected system locale encoding")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO, QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR, QtMsgType.QtFatalMsg: logging.CRITICAL,
}  # fmt: skip


def quiet_qt() -> None:
    """Send Qt's messages to the log `studio.qt`."""

    def take(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if not any(noise in text for noise in _NOISE):
            _log.log(_LEVELS.get(kind, logging.WARNING), "%s", text)

    qInstallMessageHandler(take)
