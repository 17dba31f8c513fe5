"""What would break an installation, or tell a stranger about the machine this was written on."""

import importlib.util
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP_LEVEL = ("agent", "protocol", "tools", "prompts", "evals")

# taken apart, so that this file does not find itself
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "crates" + ".io", "proxy.golang" + ".org")
PLACES = (str(ROOT), sys.prefix)


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_no_other_distribution_ships_our_top_level_names(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"whimbrel"}


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_our_top_level_names_mean_this_checkout(name: str) -> None:
    spec = importlib.util.find_spec(name)

    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


def test_no_test_folder_is_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("text", HOSTS + PLACES)
def test_no_tracked_file_names_a_registry_or_a_workplace(text: str) -> None:
    searched = subprocess.run(
        ["git", "grep", "--files-with-matches", "--fixed-strings", text], cwd=ROOT, capture_output=True, text=True
    )
    if searched.returncode > 1:
        pytest.skip(f"this is no git checkout: {searched.stderr.strip()}")

    assert searched.stdout.splitlines() == []
