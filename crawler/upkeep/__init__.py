"""What keeps an archive well over years: read anew, rebuild, verify, backup, health, doctor."""
