"""A second implementation of the formats in `Protocols/`, written from those pages and the specifications they cite.

`generate.py` makes the vectors with it. It favours plain statements over speed, follows the pages in their order, and
refuses with the error codes that the vectors name. Not for use with real keys: nothing here is constant-time, and
secrets lie in ordinary memory.

Needs Python 3.9 or later and the package `cryptography`, 44 or later (Argon2id).
"""

from .refusal import Refusal
from .tree import *
from .ed25519 import *
from .notes import *
from .policy import *
from .proofs import *
from .sealing import *
from .store import *
from .chunked import *
from .journal import *
from .records import *
from .cards import *
from .agreements import *
from .recipients import *
from .entries import *
from .envelopes import *
from .sync import *
