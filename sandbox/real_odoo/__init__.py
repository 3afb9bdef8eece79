"""A real Odoo 19 on this machine: `python -m sandbox.real_odoo up | down | wipe`.

Debian's own package (odoo-19, in sid) is unpacked, not installed, into one folder together with a
Python environment and a PostgreSQL of its own; nothing else on the machine changes. ODOO_HOME names
the folder (default /var/tmp/counterflow-odoo), ODOO_PORT the port on 127.0.0.1 (default 8069).
"""
