"""YAML texts from outside, and texts for them."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from pipelines.errors import UserError

# What a template or mapping may be called: a file's name on every system.
NAME = re.compile(r"[^\W_][\w .+-]{0,99}")
# Where comments begin; the greatest size in bytes; texts that need no quotes.
COMMENT_AT = 44
MAX_BYTES = 1 << 20
PLAIN = re.compile(r"[\w][\w ./+()'&-]*")


def read_file(path: Path, what: str) -> str:
    """Return the text of a file that a person wrote; ``what`` it is, for the error. Raises UserError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(str(path), f"{what} is smaller than 1 MiB.", "Is this the right file?")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(str(path), f"{what} is UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise UserError(str(path), f"The file cannot be read: {error.strerror}.", "Check the path.") from None


def read_yaml(text: str, where: str, what: str = "A template") -> dict[str, Any]:
    """Return the mapping that a YAML 1.2 text holds; keys twice, aliases to bombs and other shapes are refused.

    ``what`` is what the text is, for the error.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        if re.search(r"(?m)(^|[\s\[{,:-])[&*]\w", text):
            _refuse_aliases(text, where, what)
        values = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problem = str(error.problem or error.context).split("\n")[0]
        twice = re.match(r'found duplicate key "(.*?)" with value', problem)
        if twice:
            fact = f"{at}the key '{twice[1]}' stands there twice."
            remedy = 'Take one away; several columns into one field are {columns: [...], separator: ", "}.'
            raise UserError(where, fact, remedy) from None
        raise UserError(where, f"{at}this is not YAML: {problem}.", "Correct the line.") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise UserError(where, f"This is not YAML: {str(error).splitlines()[0]}.", "Correct the file.") from None
    if not isinstance(values, dict):
        document = "docs/templates.md" if what in ("A template", "A mapping") else "docs/tables.md"
        raise UserError(where, f"{what} is a YAML mapping of keys.", f"See {document}.")
    return {str(key): value for key, value in values.items()}


def _refuse_aliases(text: str, where: str, what: str) -> None:
    from ruamel.yaml.tokens import AliasToken

    if any(isinstance(token, AliasToken) for token in YAML(typ="safe", pure=True).scan(text)):
        raise UserError(where, f"{what} holds no YAML aliases (*name).", "Write the values out.")


def to_text(values: Any, yaml: YAML) -> str:  # noqa: ANN401  whatever YAML holds
    """Return values as YAML text."""
    text = StringIO()
    yaml.dump(values, text)
    return text.getvalue()


def write_line(key: str, value: object, comment: str = "") -> str:
    """Return ``key: value`` on one line of YAML, whatever characters the value holds, and a comment behind it."""
    yaml = YAML()
    yaml.width = 1 << 30
    text = StringIO()
    yaml.dump({key: _quote(value)}, text)
    line = text.getvalue().removesuffix("\n")
    return f"{line:<{COMMENT_AT}}  # {comment}" if comment else line


def _quote(value: object) -> object:
    """Return a value as ruamel writes it on one line: lists and mappings in brackets, odd texts in double quotes."""
    if isinstance(value, dict):
        pairs = CommentedMap({key: _quote(item) for key, item in value.items()})
        pairs.fa.set_flow_style()
        return pairs
    if isinstance(value, list):
        items = CommentedSeq(map(_quote, value))
        items.fa.set_flow_style()
        return items
    if isinstance(value, str) and not PLAIN.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value
