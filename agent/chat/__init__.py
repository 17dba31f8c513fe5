"""The screen of a session: it shows events and asks the person, and decides nothing."""
