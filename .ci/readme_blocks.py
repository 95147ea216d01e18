"""Write the first two commands of the README's Start section as block-1.sh and block-2.sh into a folder."""

import re
import sys
from pathlib import Path

start = Path("README.md").read_text(encoding="utf-8").split("## Start\n", 1)[1].split("\n## ", 1)[0]
blocks = re.findall(r"```sh\n(.*?)```", start, re.DOTALL)
for number, block in enumerate(blocks[:2], start=1):
    (Path(sys.argv[1]) / f"block-{number}.sh").write_text(block, encoding="utf-8")
