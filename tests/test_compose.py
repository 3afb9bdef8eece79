"""docker-compose.yml without a container: it is valid in every profile, asks for every secret, gives each
process only what it needs, and every command in it is one that runs outside too."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import sandbox
from connections.connection import Connection

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docker-compose.yml"
PRODUCTION = {
    "postgres", "redis", "init", "api-server", "scheduler", "dag-processor", "worker", "portal", "staff",
}  # fmt: skip
PROFILES = {
    "sandbox": {"sandbox"},
    "sources": {"odoo-postgres", "odoo", "wordpress-mariadb", "woocommerce", "woocommerce-setup"},
}
OURS = {"init", "api-server", "scheduler", "dag-processor", "worker", "portal", "staff", "sandbox"}
SYSTEMS = ("WOOCOMMERCE", "ODOO", "STRIPE", "CANADAPOST", "MAIL")
MANDATORY = sorted(set(re.findall(r"\$\{([A-Z_]+):\?", FILE.read_text())))


def compose_tool() -> list[str]:
    """The command of whichever tool is there; the test is skipped, saying so, where none is."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if shutil.which("docker"):
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if plugin.returncode == 0:
            return ["docker", "compose"]
    pytest.skip("no compose tool here: apt-get install docker-compose")


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """What deploy/make_env.sh makes, with connections filled in as a person would."""
    made = subprocess.run([ROOT / "deploy/make_env.sh"], capture_output=True, text=True, check=True).stdout
    values = dict(line.split("=", 1) for line in made.splitlines() if re.match("[A-Z_]+=", line))
    for system in SYSTEMS:
        assert values[f"AIRFLOW_CONN_{system}"] == ""
        values[f"AIRFLOW_CONN_{system}"] = json.dumps({"host": f"{system.lower()}.test", "password": "k"})
    return values


@pytest.fixture(scope="module")
def tool() -> list[str]:
    return compose_tool()


@pytest.fixture(scope="module")
def config(tool: list[str], secrets: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Calls the tool's `config` with these values instead of some of the secrets."""

    def run(*profiles: str, without: str = "") -> subprocess.CompletedProcess[str]:
        values = {name: value for name, value in secrets.items() if name != without}
        folder = tmp_path_factory.mktemp("compose")
        file = folder / "env"
        file.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))
        options = ["--project-directory", str(ROOT), "--file", str(FILE), "--env-file", str(file)]
        options += [word for profile in profiles for word in ("--profile", profile)]
        return subprocess.run(
            [*tool, *options, "config"],
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def services(config: Any) -> dict[str, Any]:
    """Every service of every profile, as the tool understands it."""
    done = config(*PROFILES)
    assert done.returncode == 0, done.stderr
    return dict(yaml.safe_load(done.stdout)["services"])


@pytest.mark.parametrize("profiles", [(), ("sandbox",), ("sources",), ("sandbox", "sources")])
def test_the_file_is_valid_in_every_profile(config: Any, profiles: tuple[str, ...]) -> None:
    done = config(*profiles)
    assert done.returncode == 0, done.stderr


def test_each_service_is_in_the_profile_that_it_belongs_to(services: dict[str, Any]) -> None:
    by_profile: dict[str, set[str]] = {}
    for name, service in services.items():
        by_profile.setdefault(",".join(service.get("profiles", [])), set()).add(name)
    assert by_profile == {"": PRODUCTION, **PROFILES}


@pytest.mark.parametrize("name", MANDATORY)
def test_a_missing_secret_is_named_before_anything_starts(config: Any, name: str) -> None:
    done = config(without=name)
    assert done.returncode != 0
    assert f"{name} is missing, see .env.example" in done.stderr


def test_no_secret_has_a_default_or_stands_in_a_file() -> None:
    example = (ROOT / ".env.example").read_text()
    for name in MANDATORY:
        assert re.search(rf"^{name}=", example, re.MULTILINE), f"{name} is not in .env.example"
    for line in example.splitlines():
        if re.match("[A-Z_]*(PASSWORD|SECRET|KEY|CONN_[A-Z]+)=", line):
            assert line.endswith("="), line
    for name, value in re.findall(r"^ +([A-Z_]*(?:PASSWORD|SECRET|KEY|AUTH)): (.*)$", FILE.read_text(), re.M):
        if not name.endswith("RANDOM_ROOT_PASSWORD"):
            assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), name


def test_the_secrets_made_are_different_each_time(secrets: dict[str, str]) -> None:
    made = [value for name, value in secrets.items() if re.search("PASSWORD|SECRET|KEY", name)]
    assert len(set(made)) == len(made) >= 12
    assert all(len(value) >= 43 for value in made)
    from cryptography.fernet import Fernet

    Fernet(secrets["AIRFLOW_FERNET_KEY"].encode())


def test_the_example_knows_how_to_reach_the_stand_ins() -> None:
    ports = {"woocommerce": 8301, "odoo": 8302, "stripe": 8303, "canadapost": 8304}
    with sandbox.serve(orders=5) as world:
        given = {system: json.loads(text) for system, text in world.connections.items()}
    for system, port in ports.items():
        found = re.search(
            rf"^#AIRFLOW_CONN_{system.upper()}='(.*)'$", (ROOT / ".env.example").read_text(), re.M
        )
        assert found, system
        example = Connection.from_fields(system, **fields_of(json.loads(found[1])))
        reached = Connection.from_fields(
            system, **fields_of(given[system] | {"host": "sandbox", "port": port})
        )
        assert (example, example.password) == (reached, reached.password)


def test_each_process_has_only_the_keys_it_needs(services: dict[str, Any]) -> None:
    for name, service in services.items():
        connections = {key for key in service.get("environment", {}) if key.startswith("AIRFLOW_CONN_")}
        if name == "worker":
            assert connections == {
                f"AIRFLOW_CONN_{system}" for system in (*SYSTEMS, "DOCUMENTS", "PORTAL", "WAREHOUSE")
            }
        elif name == "api-server":
            warehouse = json.loads(service["environment"]["AIRFLOW_CONN_WAREHOUSE"])
            assert connections == {"AIRFLOW_CONN_WAREHOUSE"}
            assert warehouse["login"] == "counterflow_reader"
        elif name in ("portal", "staff"):
            warehouse = json.loads(service["environment"]["AIRFLOW_CONN_WAREHOUSE"])
            kept = {"AIRFLOW_CONN_DOCUMENTS"} if name == "staff" else set()
            assert connections == {"AIRFLOW_CONN_PORTAL", "AIRFLOW_CONN_WAREHOUSE", *kept}
            assert warehouse["login"] == f"counterflow_{name}"
            assert service["read_only"]
        else:
            assert connections == set()
        if name in OURS:
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_world_reaches_only_the_pages(services: dict[str, Any]) -> None:
    published = {name for name, service in services.items() if service.get("ports")}
    assert published == {"api-server", "portal", "staff", "odoo", "woocommerce"}
    for line in re.findall(r'"([^"]+:\d+:\d+|[^"]+:-?80\d\d\}:80\d\d)"', FILE.read_text()):
        assert line.startswith("127.0.0.1:")
    for name in ("postgres", "redis", "scheduler", "dag-processor", "init"):
        assert set(services[name]["networks"]) == {"inside"}


def test_workers_can_be_scaled(services: dict[str, Any]) -> None:
    assert not {"container_name", "ports", "hostname"} & set(services["worker"])
    assert words(services["worker"]["command"])[:3] == ["airflow", "celery", "worker"]


def test_all_but_setup_steps_have_a_health_check(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == {
        "init",
        "woocommerce-setup",
    }


def test_our_files_are_where_the_services_look_for_them(services: dict[str, Any]) -> None:
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
            if source.startswith(("/", ".")):
                assert (ROOT / source).exists(), source
    for script in (ROOT / "deploy").glob("*.sh"):
        assert os.access(script, os.X_OK), script
        subprocess.run(["sh", "-n", script], check=True)


def test_every_airflow_command_is_one_of_this_airflow(services: dict[str, Any], tmp_path: Path) -> None:
    commands = [words(service["command"]) for name, service in services.items() if name in OURS]
    commands += [check for service in services.values() if (check := health_command(service))]
    commands += [shlex.split(line) for line in shell_lines(ROOT / "deploy/init.sh")]
    of_airflow = [command[1:] for command in commands if command[0] == "airflow"]
    assert len(of_airflow) == 9
    parse = (
        "import json, sys; from airflow.cli import cli_parser; parser = cli_parser.get_parser()\n"
        "for command in json.load(sys.stdin): parser.parse_args(command)"
    )
    done = subprocess.run(
        [sys.executable, "-c", parse],
        env=os.environ | services["scheduler"]["environment"] | {"AIRFLOW_HOME": str(tmp_path)} | LOCAL,
        input=json.dumps(of_airflow),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_other_commands_exist_too(services: dict[str, Any], tmp_path: Path) -> None:
    celery = health_command(services["worker"])
    assert celery[0] == "celery"
    env = os.environ | {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)} | LOCAL
    python_bin = str(Path(sys.executable).parent)
    for command in ([*celery, "--help"], [*words(services["sandbox"]["command"]), "--help"]):
        program = [sys.executable] if command[0] == "python" else [f"{python_bin}/{command[0]}"]
        done = subprocess.run([*program, *command[1:]], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    for name in ("api-server", "portal", "staff", "sandbox"):
        check = services[name]["healthcheck"]["test"]
        assert check[:3] == ["CMD", "python", "-c"]
        compile(check[3], name, "exec")


LOCAL = {"AIRFLOW__CORE__DAGS_FOLDER": str(ROOT), "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins")}


def fields_of(connection: dict[str, Any]) -> dict[str, Any]:
    """What a connection's JSON says, without what it leaves empty."""
    extra = {name: value for name, value in connection.get("extra", {}).items() if value is not None}
    return {name: value for name, value in connection.items() if name != "conn_type"} | {"extra": extra}


def words(command: str | list[str]) -> list[str]:
    """A command as the tool writes it, as a list."""
    return shlex.split(command) if isinstance(command, str) else command


def health_command(service: dict[str, Any]) -> list[str]:
    """The health check's command of those that go through a shell."""
    test = service.get("healthcheck", {}).get("test", [""])
    return shlex.split(test[1].replace("$$", "$")) if test[0] == "CMD-SHELL" else []


def shell_lines(script: Path) -> list[str]:
    """The script's commands, each on one line."""
    text = script.read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line.startswith("airflow ")]
