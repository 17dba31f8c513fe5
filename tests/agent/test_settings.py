import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent import configuration_report as report
from agent.configuration import Configuration, load
from agent.settings import Backup, Limits, Profile, Settings, resolve_database
from agent.settings_files import lines_of, project_file
from protocol.errors import ConfigurationError, NotYet

CANARY = "kAnaRy7"
HEAVY = ("psycopg", "textual", "anthropic", "sqlalchemy", "sqlglot", "rich", "click")


class Home:
    """A person's home with a repository in it, and what is set there."""

    def __init__(self, folder: Path) -> None:
        self.user = folder / "config.toml"
        self.project = folder / "shop"
        (self.project / ".git").mkdir(parents=True)
        self.deep = self.project / "src" / "deep"
        self.deep.mkdir(parents=True)

    def write(self, path: Path, text: str) -> Path:
        path.write_text(text, "utf-8")
        return path

    def load(self, environ: Mapping[str, str] | None = None, **flags: object) -> Configuration:
        dotted = {name.replace("__", "."): value for name, value in flags.items()}
        return load(self.deep, environ or {}, dotted, self.user)

    def refusal(self, environ: Mapping[str, str] | None = None, **flags: object) -> str:
        with pytest.raises(ConfigurationError) as refusal:
            self.load(environ, **flags)
        return refusal.value.message


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_without_any_source_the_defaults_hold(home: Home) -> None:
    configuration = home.load()

    assert configuration == Configuration(Settings(), {})
    assert configuration.settings.limits == Limits(lock_timeout_ms=100, attempts=20, batch_rows=5000, pause_ms=20)
    assert configuration.settings.backup_directory == configuration.settings.state_directory / "backups"


def test_a_later_source_wins_key_by_key(home: Home) -> None:
    home.write(home.user, "model = 'a'\neffort = 'low'\n[limits]\nattempts = 1\nbatch_rows = 1\npause_ms = 1\n")
    project = home.write(home.project / "whimbrel.toml", "model = 'b'\nlimits.batch_rows = 2\nlimits.pause_ms = 2\n")

    found = home.load({"WHIMBREL_MODEL": "c", "WHIMBREL_LIMITS_PAUSE_MS": "3"}, model="d", limits__attempts=None)

    assert found.settings == Settings(model="d", effort="low", limits=Limits(attempts=1, batch_rows=2, pause_ms=3))
    assert found.origins == {
        ("model",): "--model",
        ("effort",): f"{home.user}, line 2",
        ("limits", "attempts"): f"{home.user}, line 4",
        ("limits", "batch_rows"): f"{project}, line 2",
        ("limits", "pause_ms"): "WHIMBREL_LIMITS_PAUSE_MS",
    }


def test_variables_and_flags_are_text_that_becomes_numbers_paths_and_secrets(home: Home) -> None:
    environ = {
        "WHIMBREL_BUDGET_USD": "0.5",
        "WHIMBREL_BACKUP_WHOLE_DATABASE": "no",
        "WHIMBREL_DATABASE_URL": "postgresql://h",
        "WHIMBREL_MODEL": "",
    }

    settings = home.load(environ, state=Path("/s"), limits__attempts=7).settings

    assert (settings.budget.usd, settings.backup.whole_database, settings.model) == (0.5, False, None)
    assert (settings.state, settings.limits.attempts) == (Path("/s"), 7)
    assert settings.database_url == SecretStr("postgresql://h")


def test_a_path_in_a_file_is_relative_to_that_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    home.write(home.project / "whimbrel.toml", "state = 'runs'\nbackup.directory = '~/b'\n")

    settings = home.load().settings

    assert (settings.state, settings.backup) == (home.project / "runs", Backup(directory=Path("/home/ann/b")))


def test_a_variables_path_may_name_the_home(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")

    assert home.load({"WHIMBREL_STATE": "~/s"}).settings.state_directory == Path("/home/ann/s")


def test_pyproject_counts_only_with_our_table(home: Home) -> None:
    near = home.write(home.deep / "pyproject.toml", "[tool.ruff]\n# whimbrel\n")
    far = home.write(
        home.project / "pyproject.toml", "[tool.whimbrel]\nmodel = 'a'\n[tool.whimbrel.limits]\nattempts = 3\n"
    )

    found = home.load()

    assert project_file(home.deep) == far != near
    assert found.origins == {("model",): f"{far}, line 2", ("limits", "attempts"): f"{far}, line 4"}


def test_nothing_above_the_repository_is_read(home: Home) -> None:
    home.write(home.project.parent / "whimbrel.toml", "model = 'stranger'")

    assert home.load().settings.model is None


def test_outside_a_repository_only_the_directory_itself_is_read(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.toml").write_text("model = 'a'")
    (tmp_path / "below").mkdir()

    assert project_file(tmp_path) == tmp_path / "whimbrel.toml"
    assert project_file(tmp_path / "below") is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("model = 'a'\nefort = 'low'", 2, "`efort` is not a setting; did you mean `effort`?"),
        ("[limits]\n\natempts = 3", 3, "`limits.atempts` is not a setting; did you mean `limits.attempts`?"),
        ("lock_timeout_ms = 3", 1, "`lock_timeout_ms` is not a setting; did you mean `limits.lock_timeout_ms`?"),
        ("[profiles.shop]\nur = 'x'", 2, "`profiles.shop.ur` is not a setting; did you mean `profiles.shop.url`?"),
        ("[profiles.shop.limits]\nattempt = 1", 2, "did you mean `profiles.shop.limits.attempts`?"),
        ("model.name = 'a'", 1, "`model.name` is not a setting; did you mean `model`?"),
        ("zzz = 1", 1, "`zzz` is not a setting; settings are model, effort, environment"),
        ("limits = 5", 1, "`limits` must be a table."),
        ("[[profiles]]\nname = 'x'", 1, "`profiles` must be a table."),
        ("[limits]\nattempts = '20'", 2, "`limits.attempts` must be a whole number."),
        ("[limits]\nattempts = true", 2, "`limits.attempts` must be a whole number."),
        ("limits = {attempts = 0}", 1, "`limits.attempts` must be at least 1."),
        ("[budget]\nusd = 'five'", 2, "`budget.usd` must be a number."),
        ("[budget]\nusd = inf", 2, "`budget.usd` must be a finite number."),
        ("[backup]\nwhole_database = 'yes'", 2, "`backup.whole_database` must be true or false."),
        ("[backup]\ndirectory = 1", 2, "`backup.directory` must be a path in quotes."),
        ("environment = 'prod'", 1, "`environment` must be 'production', 'staging' or 'development'."),
        ("model = ''", 1, "`model` must be text in quotes, not empty."),
        ("model = {}", 1, "`model` must be text in quotes, not empty."),
        (f"[profiles.shop]\nurl = ['{CANARY}']", 2, "`profiles.shop.url` must be text in quotes, not empty."),
        (
            f"[profiles.shop]\nurl = '{CANARY}'\nservice = 'a'",
            2,
            "`profiles.shop` must have a `url` or a `service`, not both.",
        ),
        (f"database_url = '{CANARY}'", 1, "`database_url` is not read from files; write `profiles.NAME.url`."),
    ],
)
def test_a_wrong_setting_is_named_with_file_and_line(home: Home, text: str, line: int, said: str) -> None:
    path = home.write(home.project / "whimbrel.toml", text)

    message = home.refusal()

    assert message.startswith(f"{path}, line {line}: `")
    assert said in message
    assert CANARY not in message


def test_every_wrong_setting_is_named_at_once(home: Home) -> None:
    home.write(home.project / "whimbrel.toml", "efort = 'low'\nmodell = 'x'\n")

    assert len(home.refusal({"WHIMBREL_STAT": "x"}).splitlines()) == 3


def test_a_file_that_is_not_toml_is_named_without_its_content(home: Home) -> None:
    path = home.write(home.user, f"url = postgresql://u:{CANARY}@h\n")

    message = home.refusal()

    assert message.startswith(f"{path} is not valid TOML: ")
    assert "line 1" in message
    assert CANARY not in message


def test_a_file_that_is_not_text_is_refused(home: Home) -> None:
    home.user.write_bytes(b"model = '\xff'")

    assert home.refusal() == f"{home.user} cannot be read: it is not UTF-8."


def test_a_wrong_variable_or_flag_is_named(home: Home) -> None:
    assert home.refusal({"WHIMBREL_LIMITS_ATTEMPTS": "x"}) == (
        "WHIMBREL_LIMITS_ATTEMPTS: `limits.attempts` must be a whole number."
    )
    assert home.refusal(effort="huge").startswith("--effort: `effort` must be 'low', ")


def test_a_misspelt_variable_is_refused_and_a_foreign_one_is_not(home: Home) -> None:
    assert home.refusal({"WHIMBREL_DATABASE_ULR": "x"}) == (
        "WHIMBREL_DATABASE_ULR is not a setting; did you mean WHIMBREL_DATABASE_URL?"
    )
    assert home.load({"WHIMBREL_PORT": "tcp://10.0.0.1:80", "WHIMBREL_SERVICE_HOST": "x"}).settings == Settings()


PROFILES = """
model = "general"
[profiles.shop]
url = "postgresql://ann:kAnaRy7@h/shop"
environment = "production"
model = "careful"
limits.attempts = 3
[profiles.ci]
service = "ci"
[profiles."bare"]
environment = "staging"
"""


def test_a_profile_stands_above_variables_and_below_flags(home: Home) -> None:
    path = home.write(home.project / "whimbrel.toml", PROFILES)
    environ = {"WHIMBREL_ENVIRONMENT": "development", "WHIMBREL_LIMITS_BATCH_ROWS": "9"}

    found = home.load(environ, profile="shop", model="guided")

    assert (found.settings.environment, found.settings.model) == ("production", "guided")
    assert found.settings.limits == Limits(attempts=3, batch_rows=9)
    assert found.origins["environment",] == f"{path}, line 5 (profile shop)"


def test_a_profiles_environment_is_not_that_of_another_database(home: Home) -> None:
    home.write(home.project / "whimbrel.toml", PROFILES.replace("production", "development"))

    settings = home.load(profile="shop", database_url="postgresql://live/shop").settings

    assert (settings.environment, settings.model) == (None, "careful")


def test_a_profile_that_only_a_file_names_gives_way_to_a_named_database(home: Home) -> None:
    home.write(home.project / "whimbrel.toml", "profile = 'shop'\n" + PROFILES)
    environ = {"WHIMBREL_DATABASE_URL": "postgresql://h/other"}

    assert home.load().settings.environment == "production"
    assert home.load(environ).settings.profile is None
    assert home.load(environ).settings.environment is None
    assert home.load(environ | {"WHIMBREL_PROFILE": "shop"}).settings.profile == "shop"


def test_an_unknown_profile_names_the_nearest(home: Home) -> None:
    home.write(home.project / "whimbrel.toml", PROFILES)

    assert home.refusal(profile="shp") == "There is no profile `shp`; did you mean shop?"
    assert home.refusal(profile="zzz") == "There is no profile `zzz`; did you mean bare, ci, shop?"


def settings_with(**fields: object) -> Settings:
    profiles = {
        "shop": Profile(url=SecretStr("postgresql://profile/d")),
        "ci": Profile(service="ci"),
        "bare": Profile(),
        "bad": Profile(url=SecretStr(f"postgresql://u:x@{CANARY}@h")),
    }
    return Settings.model_validate({"profiles": profiles, **fields})


EVERYTHING = {"DATABASE_URL": "postgresql://generic/d", "PGHOST": "libpq"}


@pytest.mark.parametrize(
    ("argument", "profile", "environ", "ours", "expected"),
    [
        ("host=argument", "shop", EVERYTHING, "host=ours", ("argument", "the argument")),
        (None, "shop", EVERYTHING, "host=ours", ("profile/d", "profile shop")),
        (None, "ci", EVERYTHING, "host=ours", ("service ci", "profile ci")),
        (None, "bare", EVERYTHING, "host=ours", ("ours", "WHIMBREL_DATABASE_URL")),
        (None, None, EVERYTHING, "host=ours", ("ours", "WHIMBREL_DATABASE_URL")),
        (None, None, EVERYTHING, None, ("generic/d", "DATABASE_URL")),
        (
            None,
            None,
            {"PGHOST": "h", "PGDATABASE": "d", "DATABASE_URL": ""},
            None,
            ("from the environment (PGHOST …)", "PGHOST, PGDATABASE"),
        ),
        (None, None, {"PGPASSWORD": "x", "PGHOST": ""}, None, None),
    ],
)
def test_the_nearest_word_says_which_database_is_meant(
    argument: str | None,
    profile: str | None,
    environ: dict[str, str],
    ours: str | None,
    expected: tuple[str, str] | None,
) -> None:
    found = resolve_database(argument, profile, environ, settings_with(database_url=ours))

    assert (found and (found[0].alias, found[1])) == expected


def test_a_chosen_profile_in_the_settings_is_used() -> None:
    found = resolve_database(None, None, EVERYTHING, settings_with(profile="ci"))

    assert found is not None
    assert found[1] == "profile ci"


def test_a_malformed_database_names_its_source_and_not_itself() -> None:
    with pytest.raises(ConfigurationError, match=r"^Profile bad: The connection string cannot be read: ") as refusal:
        resolve_database(None, "bad", {}, settings_with())

    assert CANARY not in refusal.value.message
    with pytest.raises(NotYet, match=r"^DATABASE_URL: SQLite is not supported yet"):
        resolve_database(None, None, {"DATABASE_URL": "sqlite:///x"}, settings_with())


def test_show_names_every_value_with_its_source_and_hides_secrets(home: Home) -> None:
    path = home.write(home.project / "whimbrel.toml", PROFILES)

    lines = report.show(home.load({"WHIMBREL_DATABASE_URL": f"postgresql://u:{CANARY}@h"}, limits__attempts=3))

    assert f'model = "general"  # {path}, line 2' in lines
    assert 'effort = "high"  # default' in lines
    assert "limits.attempts = 3  # --attempts" in lines
    assert "backup.whole_database = true  # default" in lines
    assert "# environment is not set" in lines
    assert 'database_url = "***"  # WHIMBREL_DATABASE_URL' in lines
    assert f'profiles.shop.url = "***"  # {path}, line 4' in lines
    assert f"profiles.shop.limits.attempts = 3  # {path}, line 7" in lines
    assert CANARY not in "\n".join(lines)


def test_path_names_every_file_that_is_looked_at(home: Home) -> None:
    home.write(home.deep / "pyproject.toml", "[tool.ruff]\n")
    chosen = home.write(home.project / "whimbrel.toml", "")
    home.write(home.project / "pyproject.toml", "[tool.whimbrel]\nmodel = 'x'\n")

    assert report.path(home.deep, home.user) == (
        f"{home.user}: not there",
        f"{home.deep / 'whimbrel.toml'}: not there",
        f"{home.deep / 'pyproject.toml'}: has no [tool.whimbrel]",
        f"{home.deep.parent / 'whimbrel.toml'}: not there",
        f"{home.deep.parent / 'pyproject.toml'}: not there",
        f"{chosen}: read",
        f"{home.project / 'pyproject.toml'}: not read, a nearer one is",
    )


def test_validate_reads_the_databases_too(home: Home) -> None:
    home.write(home.user, f"[profiles.shop]\nurl = 'postgresql://u:x@{CANARY}@h'\n[profiles.old]\nurl = 'mysql://h'\n")

    with pytest.raises(ConfigurationError) as refusal:
        report.validate(home.deep, {"DATABASE_URL": "nonsense"}, user=home.user)

    sources = [line.partition(":")[0] for line in refusal.value.message.splitlines()]
    assert sources == ["DATABASE_URL", "Profile shop", "Profile old"]
    assert CANARY not in refusal.value.message


def test_validate_says_what_is_ignored(home: Home) -> None:
    assert report.validate(home.deep, {"WHIMBREL_PORT": "x"}, user=home.user) == (
        "Every setting is right.",
        "WHIMBREL_PORT is not a setting and is ignored.",
    )


def test_nothing_shown_of_settings_holds_a_secret(home: Home) -> None:
    home.write(home.project / "whimbrel.toml", PROFILES)

    configuration = home.load({"WHIMBREL_DATABASE_URL": CANARY})

    assert CANARY not in f"{configuration!r} {configuration.settings.model_dump_json()} {configuration.settings}"


def test_lines_are_found_under_quoted_names_and_past_long_texts() -> None:
    text = '[profiles."a.b"] # x\n url = "x"\n"limits" . attempts = 3\n[x]\ny = """\n= [z]\n"""\nlast = 1'

    assert lines_of(text) == {
        ("profiles", "a.b"): 1,
        ("profiles", "a.b", "url"): 2,
        ("profiles", "a.b", "limits", "attempts"): 3,
        ("x",): 4,
        ("x", "y"): 5,
        ("x", "last"): 8,
    }


def test_settings_load_no_driver_no_screen_and_no_model() -> None:
    script = f"import sys, agent.configuration_report; print([name for name in {HEAVY} if name in sys.modules])"

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert said == "[]\n"
