"""Run by the Python of `.venv-s3`: keeps the files of a folder in the bucket `news` of an S3 server on loopback, calls
`jianbao` with each list of words that comes as JSON on standard input, prints for each its exit code and what it said,
an object a line, and leaves what the bucket holds in the end in the folder `kept`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer


def main() -> None:
    """Serves until the last of them is done."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.update(
        AWS_ACCESS_KEY_ID="a",
        AWS_SECRET_ACCESS_KEY="b",  # noqa: S106 - anything will do
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ENDPOINT_URL=f"http://{host}:{port}",
    )
    client = boto3.client("s3")
    client.create_bucket(Bucket="news")
    for path in sorted(Path(sys.argv[1]).glob("[!.]*")):
        client.upload_file(str(path), "news", f"2026/{path.name}")
    jianbao = Path(sys.executable).with_name("jianbao")
    for words in json.load(sys.stdin):
        done = subprocess.run([jianbao, *words], capture_output=True, text=True, check=False)
        print(json.dumps({"code": done.returncode, "said": done.stdout, "problems": done.stderr}), flush=True)
    for kept in client.list_objects_v2(Bucket="news")["Contents"]:
        path = Path("kept", kept["Key"])
        path.parent.mkdir(parents=True, exist_ok=True)
        client.download_file("news", kept["Key"], str(path))
    server.stop()


main()
