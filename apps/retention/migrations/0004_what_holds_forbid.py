from django.db import migrations

from apps.base.scope import wall

TABLES = (
    "retention_failure",
    "retention_moment",
    "retention_policyversion",
    "retention_policyexception",
    "retention_hold",
    "retention_held",
    "retention_certificate",
)

GUARDS = """
-- What a hold covers keeps its key and its row, whatever code asks for.
CREATE FUNCTION retention_is_held(about uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM retention_held AS held JOIN retention_hold AS hold ON hold.id = held.hold_id
        WHERE held.document = about AND hold.lifted_at IS NULL
    )
$$;

CREATE FUNCTION retention_keep_artifact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF retention_is_held(OLD.document) THEN
        RAISE EXCEPTION 'A legal hold keeps this artifact.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION retention_keep_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF retention_is_held((SELECT document FROM vault_artifact WHERE id = OLD.artifact_id)) THEN
        RAISE EXCEPTION 'A legal hold keeps this key.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER held_artifact_stays BEFORE DELETE ON vault_artifact
    FOR EACH ROW EXECUTE FUNCTION retention_keep_artifact();
CREATE TRIGGER held_artifact_lives BEFORE UPDATE OF shredded_at ON vault_artifact
    FOR EACH ROW WHEN (OLD.shredded_at IS NULL AND NEW.shredded_at IS NOT NULL)
    EXECUTE FUNCTION retention_keep_artifact();
CREATE TRIGGER held_key_stays BEFORE DELETE ON vault_artifactkey
    FOR EACH ROW EXECUTE FUNCTION retention_keep_key();

-- A hold ends by being lifted, once; it is never rewritten, and what it covers is never let out.
CREATE FUNCTION retention_keep_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL
       AND (NEW.id, NEW.organisation_id, NEW.number, NEW.matter, NEW.reason, NEW.mandate, NEW.scope)
           = (OLD.id, OLD.organisation_id, OLD.number, OLD.matter, OLD.reason, OLD.mandate, OLD.scope)
       AND (NEW.workspace, NEW.person, NEW.query::text, NEW.placed_by_id)
           IS NOT DISTINCT FROM (OLD.workspace, OLD.person, OLD.query::text, OLD.placed_by_id)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'A hold is lifted, never changed.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION retention_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'This is kept as it was written.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER hold_stays BEFORE UPDATE OR DELETE ON retention_hold
    FOR EACH ROW EXECUTE FUNCTION retention_keep_hold();
CREATE TRIGGER held_stays BEFORE UPDATE OR DELETE ON retention_held
    FOR EACH ROW EXECUTE FUNCTION retention_refuse();

-- What was in force stays readable, and so does what was certified.
CREATE TRIGGER version_stays
    BEFORE UPDATE OF number, name, digest, rules, proposed_by_id, reason OR DELETE
    ON retention_policyversion FOR EACH ROW EXECUTE FUNCTION retention_refuse();
CREATE TRIGGER certificate_stays BEFORE UPDATE OR DELETE ON retention_certificate
    FOR EACH ROW EXECUTE FUNCTION retention_refuse();

-- What is sent into a workspace, or by a person, under a hold is held from its first moment.
CREATE FUNCTION retention_hold_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO retention_held (id, created_at, organisation_id, hold_id, document)
    SELECT gen_random_uuid(), now(), NEW.organisation_id, hold.id, NEW.id
    FROM retention_hold AS hold
    WHERE hold.lifted_at IS NULL
      AND (hold.workspace = NEW.workspace_id OR hold.person = NEW.sender_id);
    RETURN NULL;
END $$;

CREATE TRIGGER hold_what_arrives AFTER INSERT ON intake_document
    FOR EACH ROW EXECUTE FUNCTION retention_hold_new();
"""

NO_GUARDS = """
DROP TRIGGER hold_what_arrives ON intake_document;
DROP TRIGGER certificate_stays ON retention_certificate;
DROP TRIGGER version_stays ON retention_policyversion;
DROP TRIGGER held_stays ON retention_held;
DROP TRIGGER hold_stays ON retention_hold;
DROP TRIGGER held_key_stays ON vault_artifactkey;
DROP TRIGGER held_artifact_lives ON vault_artifact;
DROP TRIGGER held_artifact_stays ON vault_artifact;
DROP FUNCTION retention_hold_new();
DROP FUNCTION retention_refuse();
DROP FUNCTION retention_keep_hold();
DROP FUNCTION retention_keep_key();
DROP FUNCTION retention_keep_artifact();
DROP FUNCTION retention_is_held(uuid);
"""


class Migration(migrations.Migration):
    """Walls between organisations, and the promises of holds and certificates, in the database."""

    dependencies = [
        ("retention", "0003_policies_holds_and_certificates"),
        ("vault", "0004_reasons_and_proofs"),
        ("intake", "0002_wall_between_organisations"),
    ]

    operations = [
        *(migrations.RunSQL(*wall(table)) for table in TABLES),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
