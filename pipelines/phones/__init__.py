"""Phone numbers as libphonenumber reads them."""

from pipelines.phones.library import parse_phones

__all__ = ["parse_phones"]
