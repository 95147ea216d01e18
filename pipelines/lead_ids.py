"""The ids of leads: 36 bits of their import's id and 27 of their row number.

So the same drop gives the same ids wherever and whenever it is imported, and those of one import lie together.
"""

import hashlib

ROW_BITS = 27
MAX_ROWS = 2**ROW_BITS - 1
HASH_DIGITS = 9


def hash_id(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal; ids of leads begin with ``HASH_DIGITS`` of their import's."""
    return hashlib.sha256(text.encode()).hexdigest()


def find_lead_base(import_id: str) -> int:
    """Return what is less than the ids of an import's leads by their row number."""
    return int(hash_id(import_id)[:HASH_DIGITS], 16) << ROW_BITS
