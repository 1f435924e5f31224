"""Who may act: accounts, the roles they hold, sessions, and the one table of permissions."""
