"""Reads the streams of the declarative manifest in `airbyte-source-visma-economic` from a sandbox of its own.

The package is fetched by hand and never kept with the project:

    pip download --no-deps airbyte-source-visma-economic && unzip -o airbyte_source_visma_economic-*.whl
    python -m tests.sandbox.airbyte_manifest source_visma_economic/manifest.yaml
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
import yaml

from webapp.sandbox import Sandbox, demo
from webapp.sandbox.cli import serve_in_thread


def read(manifest: dict[str, Any], stream: str, place: str, tokens: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The records of one stream, page after page, as the manifest says they are fetched."""
    retriever = manifest["definitions"]["streams"][stream]["retriever"]
    requester, fields = retriever["requester"], retriever["record_selector"]["extractor"]["field_path"]
    headers = {name: tokens[name] for name in requester["request_headers"]}
    address, query = place + requester["path"], requester["request_parameters"]
    while address:
        answer = requests.get(address, params=query, headers=headers, timeout=30)
        answer.raise_for_status()
        body = answer.json()
        found = body
        for name in fields:
            found = found[name]
        yield from found if isinstance(found, list) else [found]
        address, query = body.get("pagination", {}).get("nextPage", ""), {}


def main(path: Path) -> int:
    """Tell how many records each stream gave; streams under a parent are read through it and so left out here."""
    manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    sandbox = Sandbox()
    demo.seed_demo(sandbox)
    token = sandbox.agreement(demo.CLEANING).grant("demo-app-public")
    server = serve_in_thread(sandbox, 0)
    tokens = {"X-AppSecretToken": "demo-app-secret", "X-AgreementGrantToken": token}
    try:
        for name, stream in manifest["definitions"]["streams"].items():
            if "partition_router" in stream["retriever"]:
                continue
            rows = list(read(manifest, name, f"{server.url}/rest/", tokens))
            unknown = {key for row in rows for key in row} - set(manifest["schemas"][name]["properties"])
            sys.stdout.write(f"{name}: {len(rows)} records, keys not in its schema: {sorted(unknown) or 'none'}\n")
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
