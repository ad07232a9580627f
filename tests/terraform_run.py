"""Terraform for tests: a copy of the module in a folder of its own, whose provider comes from a folder on this machine.

That folder is TOCSIN_TERRAFORM_PLUGINS, or what lies under /opt in the layout of Terraform's filesystem mirrors:
https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from terraform_module import MODULE


@dataclass(frozen=True)
class Terraform:
    """``program`` in ``folder``, with ``settings`` in its environment beside what it needs itself."""

    program: str
    folder: Path
    settings: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Without colours, without questions, and without a word to anybody outside."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        own = {"TF_CLI_CONFIG_FILE": str(self.folder / "terraform.rc"), "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
        quiet = {"CHECKPOINT_DISABLE": "1", "TF_CLI_ARGS": "-no-color"}
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env=inherited | own | quiet | self.settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def succeed(self, *arguments: str) -> str:
        """What it says, if all went well."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"terraform {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout


def prepared(program: str, folder: Path, settings: Mapping[str, str], module: Path = MODULE) -> Terraform:
    """The module, ready to be used in ``folder``."""
    mirror = _mirror()
    (folder / "terraform.rc").write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    )
    for source in module.glob("*.tf"):
        shutil.copy(source, folder)
    terraform = Terraform(program, folder, settings)
    terraform.succeed("init")
    return terraform


def _mirror() -> Path:
    """A skip where there is none: a provider is far too large to be fetched by a test."""
    named = os.environ.get("TOCSIN_TERRAFORM_PLUGINS")
    for provider in Path(named).glob("*/hashicorp/aws") if named else Path("/opt").glob("*/*/hashicorp/aws"):
        return provider.parents[2]
    pytest.skip("Terraform's AWS provider is not on this machine: name its mirror in TOCSIN_TERRAFORM_PLUGINS")
