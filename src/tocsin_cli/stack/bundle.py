"""Puts the stack together: the template as it is, or one file that carries the package inside."""

from __future__ import annotations

import base64
import re
import textwrap
import zlib
from pathlib import Path
from zipfile import ZIP_STORED

from tocsin_cli.artefacts.lambda_zip import Package, zipped
from tocsin_cli.stack import loader

TEMPLATE = Path(__file__).with_name("template.yaml")
LARGEST = 900_000  # bytes; CloudFormation takes 1,000,000 through the console

_IN_A_BUCKET = """\
      Code:
        S3Bucket: !Ref CodeBucket
        S3Key: !Ref CodeKey
"""
_BUCKET_PARAMETERS = """\
  CodeBucket:
    Type: String
    Description: Bucket that holds the package.
  CodeKey:
    Type: String
    Description: Name of the package in that bucket.
"""
_FILLED_IN = """\
      - Label: { default: Filled in by the command line }
        Parameters: [CodeBucket, CodeKey, CodeDigest]
"""
_FILLED = """\
      - Label: { default: Leave as it is }
        Parameters: [CodeDigest]
"""
_DIGEST = "    Description: Digest of the package's sources, as `tocsin template --digest` prints it.\n"
_HANDLER = "      Handler: tocsin.handler.lambda_handler\n"
# All but the kinds of events that are no alarm: those are compiled when one comes.
_NEEDED = re.compile(r"tocsin/(?!kinds/)|tocsin/kinds/(__pycache__/__init__\.|cloudwatch_alarm/)")
_CACHE = re.compile(r"/__pycache__/(\w+)\.[\w-]+\.pyc$")


def one_file(content: Package) -> str:
    """The template with the package in it: upload it in the CloudFormation console, or hand it to any other tool.

    Of the bytecode only what an alarm needs, since the text may have LARGEST bytes. Raises ValueError where it has
    more, or where the template is not the one that this was written for.
    """
    code = textwrap.indent(index(content), " " * 10)
    text = TEMPLATE.read_text("utf-8")
    for old, new in (
        (_IN_A_BUCKET, f"      Code:\n        ZipFile: |\n{code}"),
        (_BUCKET_PARAMETERS, ""),
        (_FILLED_IN, _FILLED),
        (_DIGEST, f"    Default: {content.digest}\n{_DIGEST}"),
        (_HANDLER, "      Handler: index.lambda_handler\n"),
    ):
        if text.count(old) != 1:
            raise ValueError(f"the template says this {text.count(old)} times, not once: {old}")
        text = text.replace(old, new)
    if len(text.encode()) > LARGEST:
        raise ValueError(f"the one-file template has {len(text.encode()):,} bytes, more than {LARGEST:,}")
    return text


def index(content: Package) -> str:
    """The one module that Lambda makes of it: the loader, with the package inside."""
    # Out of a zip Python takes bytecode that lies beside its source: https://peps.python.org/pep-3147/ and zipimport.
    needed = {_CACHE.sub(r"/\1.pyc", name): code for name, code in content.bytecode.items() if _NEEDED.match(name)}
    # Packed as a whole: files that say the same again cost little.
    packed = base64.b64encode(zlib.compress(zipped(Package(content.sources, needed), ZIP_STORED), 9)).decode()
    lines = "\n".join(textwrap.wrap(packed, 4000))
    before, _, after = Path(loader.__file__).read_text("utf-8").partition('PACKAGE = ""\n')
    return f'{before}PACKAGE = """\n{lines}\n"""\n{after}'
