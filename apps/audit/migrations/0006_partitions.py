from django.db import migrations

MONTHS = """
-- A key that sorts before all that `uuid7` makes from a moment on.
CREATE FUNCTION audit_key_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid
$$;

-- A partition is reached through the trail alone, and guarded like it.
CREATE FUNCTION audit_close_partition(partition regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT privileges.grantee FROM information_schema.role_table_grants AS privileges
        WHERE privileges.table_name = partition::text AND privileges.grantee <> current_user
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', partition, grantee);
    END LOOP;
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()', partition);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_truncate', partition);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', partition);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER queued', partition);
END $$;

-- Rooms for this month and the next two. Twice is once; the portal has it done by its owner.
CREATE FUNCTION audit_make_partitions() RETURNS int LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz;
    named text;
    made int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(71623);
    FOR ahead IN 0..2 LOOP
        month := date_trunc('month', now()) + make_interval(months => ahead);
        named := 'audit_event_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(named) IS NOT NULL OR EXISTS (
            SELECT FROM pg_class WHERE relname LIKE 'audit\\_event\\_to\\_%'
            AND right(relname, 7) >= to_char(month, 'YYYY_MM'));
        EXECUTE format('CREATE TABLE %I (LIKE audit_event INCLUDING DEFAULTS)', named);
        EXECUTE format('ALTER TABLE audit_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            named, audit_key_at(month), audit_key_at(month + interval '1 month'));
        PERFORM audit_close_partition(named::regclass);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
"""

DIVIDED = """
SET LOCAL timezone = 'UTC';

-- What was the table becomes the partition of all that was before.
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT indexrelid::regclass::text AS named FROM pg_index
        WHERE indrelid = 'audit_event'::regclass
    LOOP
        EXECUTE format('ALTER INDEX %s RENAME TO %I', one.named, one.named || '_before');
    END LOOP;
    EXECUTE format('ALTER TABLE audit_event RENAME TO %I', 'audit_event_to_' || to_char(now(), 'YYYY_MM'));
END $$;

DO $$
DECLARE
    former text := 'audit_event_to_' || to_char(now(), 'YYYY_MM');
    grantee text;
BEGIN
    EXECUTE format('CREATE TABLE audit_event (LIKE %I INCLUDING DEFAULTS, PRIMARY KEY (id))
        PARTITION BY RANGE (id)', former);
    FOR grantee IN
        SELECT DISTINCT privileges.grantee FROM information_schema.role_table_grants AS privileges
        WHERE privileges.table_name = former AND privileges.grantee <> current_user
    LOOP
        EXECUTE format('GRANT SELECT, INSERT ON audit_event TO %I', grantee);
    END LOOP;
    EXECUTE format('DROP TRIGGER append_only ON %I', former);
    EXECUTE format('DROP TRIGGER append_only_truncate ON %I', former);
    EXECUTE format('DROP POLICY one_organisation_reads ON %I', former);
    EXECUTE format('DROP POLICY everybody_writes ON %I', former);
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', former);
END $$;

CREATE INDEX trail_of_organisation ON audit_event (organisation_id, id DESC);
CREATE INDEX trail_of_document ON audit_event (document, id DESC);
CREATE INDEX trail_of_actor ON audit_event (organisation_id, actor, id DESC);
CREATE INDEX trail_of_tag ON audit_event (organisation_id, tag, id DESC);
CREATE INDEX trail_of_subject ON audit_event (organisation_id, subject, id DESC);
CREATE INDEX trail_of_workspace ON audit_event (organisation_id, workspace, id DESC)
    WHERE workspace IS NOT NULL;
CREATE INDEX trail_of_reason ON audit_event (organisation_id, reason, id DESC)
    WHERE NOT (reason = '');
CREATE INDEX trail_of_outcome ON audit_event (organisation_id, outcome, id DESC)
    WHERE NOT (outcome = 'done');

-- The place of every event in the queue is taken by the database: nobody can forget it. Its hash
-- is that of the leaf, so that the sequencer need not see what an event says.
CREATE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_pending (event_id, tree, hash) VALUES (
        NEW.id,
        coalesce(NEW.organisation_id, '00000000-0000-0000-0000-000000000000'),
        sha256('\\x00'::bytea || NEW.body));
    RETURN NULL;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER queued AFTER INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_queue();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER queued;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER append_only_truncate;

-- What comes from a clock that is months ahead still finds room.
DO $$
DECLARE former text := 'audit_event_to_' || to_char(now(), 'YYYY_MM');
BEGIN
    EXECUTE format('ALTER TABLE audit_event ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
        former, audit_key_at(date_trunc('month', now()) + interval '1 month'));
    PERFORM audit_close_partition(former::regclass);
    CREATE TABLE audit_event_ahead PARTITION OF audit_event DEFAULT;
    PERFORM audit_close_partition('audit_event_ahead'::regclass);
    PERFORM audit_make_partitions();
END $$;

-- Whoever was given the table by default keeps reading and adding, and nothing else.
REVOKE ALL ON FUNCTION audit_make_partitions(), audit_close_partition(regclass) FROM PUBLIC;
DO $$
DECLARE grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT privileges.grantee FROM information_schema.role_table_grants AS privileges
        WHERE privileges.table_name = 'audit_event' AND privileges.grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit_event FROM %I',
            grantee);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_sequencer') THEN
        GRANT INSERT ON audit_event TO portal_sequencer;
        GRANT EXECUTE ON FUNCTION audit_make_partitions() TO portal_sequencer;
    END IF;
END $$;

ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_writes ON audit_event FOR INSERT WITH CHECK (true);
CREATE POLICY one_organisation_reads ON audit_event FOR SELECT USING (
    organisation_id = (SELECT NULLIF(current_setting('arrowslit.organisation', true), '')::uuid)
);

-- All that happened so far waits for its place in the trees.
INSERT INTO audit_pending (event_id, tree, hash)
    SELECT id, coalesce(organisation_id, '00000000-0000-0000-0000-000000000000'),
        sha256('\\x00'::bytea || body)
    FROM audit_event;
"""


class Migration(migrations.Migration):
    """The trail divided by month, along the time in its keys, and a queue for every event.

    No event is copied: the table that was becomes the partition of everything up to the end of
    this month.
    """

    dependencies = [("audit", "0005_tree")]

    operations = [migrations.RunSQL(MONTHS), migrations.RunSQL(DIVIDED)]
