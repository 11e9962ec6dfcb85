from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The trail is append-only: % was refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- ALWAYS: they also fire for a session that plays a replica.
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER append_only_truncate;

-- Whoever was given the tables by default keeps reading and adding, and nothing else.
DO $$
DECLARE grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT privileges.grantee FROM information_schema.role_table_grants AS privileges
        WHERE privileges.table_name = 'audit_event' AND privileges.grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit_event FROM %I', grantee);
    END LOOP;
END $$;

-- An event is written for any organisation, also before one is known, and read by its own only.
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_writes ON audit_event FOR INSERT WITH CHECK (true);
CREATE POLICY one_organisation_reads ON audit_event FOR SELECT USING (
    organisation_id = (SELECT NULLIF(current_setting('arrowslit.organisation', true), '')::uuid)
);
"""

CHANGEABLE = """
DROP POLICY one_organisation_reads ON audit_event;
DROP POLICY everybody_writes ON audit_event;
ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY;
DROP TRIGGER append_only ON audit_event;
DROP TRIGGER append_only_truncate ON audit_event;
DROP FUNCTION audit_append_only();
"""


class Migration(migrations.Migration):
    """Neither the portal's own role nor the owner of the table can change what is on the trail."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, CHANGEABLE)]
