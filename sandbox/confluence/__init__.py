"""A Confluence site in memory, served over HTTP: long tasks by script, accounts, and what can go wrong.

Shown by vendor pages, live measurements or source: paths, the fields of a long task on either kind, status codes and
bodies of refusals, headers of rate limits, what is visible to whom.
Chosen here, because no source says: the keys of `name` on Cloud, the ARI's form, the order of checks (a session cookie
before a credential), how a wrong cloud id is answered, how Cloud writes an exception (`ERROR_UNKNOWN`, the percentage
reached so far).
"""

from sandbox.confluence import faults
from sandbox.confluence.accounts import Account, TokenKind
from sandbox.confluence.faults import Fault, FaultKind, Faults
from sandbox.confluence.scripts import Frame, Script, cloud, datacenter
from sandbox.confluence.simulator import ConfluenceSimulator
from sandbox.confluence.site import CLOUD_ID, LoggedRequest
from sandbox.confluence.story import Ending, Moment, Note, Story

__all__ = [
    "CLOUD_ID",
    "Account",
    "ConfluenceSimulator",
    "Ending",
    "Fault",
    "FaultKind",
    "Faults",
    "Frame",
    "LoggedRequest",
    "Moment",
    "Note",
    "Script",
    "Story",
    "TokenKind",
    "cloud",
    "datacenter",
    "faults",
]
