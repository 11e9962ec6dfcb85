"""SQL that lets rows be added and read, and nothing else, for the migrations of this app.

ALWAYS: the triggers also fire for a session that plays a replica. The portal's own role owns
nothing, so it cannot take them off.
"""

REFUSAL = """
CREATE FUNCTION preservation_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What a record says is written once: % was refused.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""
NO_REFUSAL = "DROP FUNCTION preservation_refuse();"


def written_once(table: str) -> tuple[str, str]:
    """SQL that makes a table append-only, and SQL that undoes it."""
    up = (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION preservation_refuse();"
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION preservation_refuse();"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only;"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only_truncate;"
    )
    down = f"DROP TRIGGER append_only_truncate ON {table}; DROP TRIGGER append_only ON {table};"
    return up, down
