"""A mapping that is found, as it is written into a template's text."""

import pytest

from pipelines.templates.filling import put_mapping
from pipelines.templates.reading import read_yaml

MAPPING = {"first_name": 'Na"me: #1', "phone1": 3, "address": {"columns": ["A", 4], "separator": ", "}, "city": "Ort ü"}


@pytest.mark.parametrize(
    "text",
    [
        "mapping: auto",
        "mapping: {}\n",
        "mapping: {\n}\nname: x\n",
        "a: 1\nmapping: auto # why\n\n# end\nname: 'x'\n",
        "mapping: 'auto'\r\nname: x\r\n",
        '{"mapping": "auto", "name": "x"}',
        '{\n  "name": "x",\n  "mapping": {}\n}\n',
        "mapping:\n  auto\nname: x\n",
        "mapping:\n  # none yet\n  {}\nname: x\n",
    ],
)
def test_the_text_says_the_mapping_and_all_else_as_before(text):
    filled = put_mapping(text, MAPPING, "x.yaml")

    assert read_yaml(filled, "x.yaml") == read_yaml(text, "x.yaml") | {"mapping": MAPPING}
    assert [part in filled for part in ("# why", "# end", "# none yet")] == [
        part in text for part in ("# why", "# end", "# none yet")
    ]


def test_what_cannot_be_put_in_place_is_written_anew_with_its_comments():
    text = "# mine\nmapping: &it auto\nname: x  # too\n"

    filled = put_mapping(text, {"phone1": "Tel"}, "x.yaml")

    assert read_yaml(filled, "x.yaml") == {"mapping": {"phone1": "Tel"}, "name": "x"}
    assert "# mine" in filled
    assert "# too" in filled
