"""What the other services stand on: database, migrations, workspace, access, child processes."""
