"""The planted bugs: small patches beside this file, each opening with the sentence that says what is wrong."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
MASKED = "# Masked: "
_FILE = re.compile(r"^diff --git a/(\S+) b/\1$", re.MULTILINE)


@dataclass(frozen=True)
class Bug:
    """One mistake that an engineer could make. `masked`: why no outcome shows it; such a one counts for nothing."""

    name: str
    path: Path
    text: str

    @property
    def sentence(self) -> str:
        first = self.text.partition("\n")[0]
        return first.removeprefix("# ") if first.startswith("# ") else ""

    @property
    def masked(self) -> str:
        second = self.text.split("\n", 2)[1]
        return second.removeprefix(MASKED) if second.startswith(MASKED) else ""

    @property
    def files(self) -> list[str]:
        return _FILE.findall(self.text)

    def made_of(self, root: Path = ROOT) -> str:
        """What a result holds for: the patch, the files it changes and the tester, as they were."""
        parts = [self.path, *(root / file for file in self.files), *sorted((root / "webapp/simulation").rglob("*.py"))]
        return digest(parts)


def every() -> list[Bug]:
    return [Bug(path.stem, path, path.read_text()) for path in sorted(HERE.glob("*.patch"))]


def digest(files: list[Path]) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
