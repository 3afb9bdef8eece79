"""What can go wrong when services are started: each says what, where and what to do.

CannotStart
├── PortTaken     another process listens there
├── DiskFull      less room than a run needs
└── ServiceDied   it started and ended, or never answered; carries the tail of its log
"""

from __future__ import annotations


class CannotStart(Exception):
    """A service cannot be started; the message is for the person at the terminal."""


class PortTaken(CannotStart):
    """Another process listens on the port that a service of ours was to use."""


class DiskFull(CannotStart):
    """The disk has less room than a run needs."""


class ServiceDied(CannotStart):
    """A service ended, or did not answer in time."""
