"""Matrix Synapse as its documents set it up on one machine, with SQLite; in the current folder, on a free port.

Rates are lifted, as Hubbub's are. What a comparison of small servers would not ask of it is off: presence, federation,
previews and statistics; it talks to nobody else. The secret that lets accounts be made is taken from the environment.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from synapse.app.homeserver import main as serve

RATE = {"per_second": 100_000, "burst_count": 100_000}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings(folder: Path, port: int) -> dict[str, object]:
    return {
        "server_name": "localhost",
        "listeners": [
            {"bind_addresses": ["127.0.0.1"], "port": port, "type": "http", "resources": [{"names": ["client"]}]}
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "log_config": str(folder / "log.yaml"),
        "pid_file": str(folder / "pid"),
        "registration_shared_secret": os.environ["SYNAPSE_SECRET"],
        "bcrypt_rounds": 4,
        "presence": {"enabled": False},
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "report_stats": False,
        "rc_message": RATE,
        "rc_registration": RATE,
        "rc_login": {"address": RATE, "account": RATE, "failed_attempts": RATE},
        "rc_joins": {"local": RATE, "remote": RATE},
        "rc_joins_per_room": RATE,
    }


def main() -> None:
    folder = Path("synapse").absolute()
    folder.mkdir()
    port = free_port()
    config = folder / "homeserver.yaml"
    config.write_text(json.dumps(settings(folder, port)), encoding="utf-8")  # JSON is YAML too
    log = {"version": 1, "handlers": {"err": {"class": "logging.StreamHandler"}}}
    (folder / "log.yaml").write_text(
        json.dumps({**log, "root": {"level": "ERROR", "handlers": ["err"]}}), encoding="utf-8"
    )
    command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(config)]
    subprocess.run([*command, "--generate-keys"], check=True, stdout=subprocess.DEVNULL)
    print(f"127.0.0.1:{port}", flush=True)
    sys.argv = ["synapse", "-c", str(config), "--no-redirect-stdio"]
    serve()


if __name__ == "__main__":
    main()
