"""The engine: takes definitions, states and events, returns values; reads no clock, no database, no network."""
