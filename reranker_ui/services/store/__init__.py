"""The base of all services: database, migrations, workspace, access, child processes."""
