from django.db import migrations

GUARDS = """
CREATE FUNCTION preservation_is_original(artifact uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM preservation_record WHERE artifact_id = artifact)
$$;

-- What is stored of a record's original says the same for ever.
CREATE FUNCTION preservation_keep_original() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF preservation_is_original(OLD.id) THEN
        RAISE EXCEPTION 'A record keeps this original: % was refused.', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

-- Its key goes by the one path that disposes of things, which sets this for one transaction.
CREATE FUNCTION preservation_keep_alive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('arrowslit.disposing', true) IS DISTINCT FROM 'on'
       AND preservation_is_original(OLD.id) THEN
        RAISE EXCEPTION 'A record keeps this original: only disposal may erase it.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION preservation_keep_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'UPDATE' OR current_setting('arrowslit.disposing', true) IS DISTINCT FROM 'on')
       AND preservation_is_original(OLD.artifact_id) THEN
        RAISE EXCEPTION 'A record keeps the key of its original: % was refused.', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER original_stays BEFORE DELETE ON vault_artifact
    FOR EACH ROW EXECUTE FUNCTION preservation_keep_original();
CREATE TRIGGER original_is_the_same BEFORE UPDATE ON vault_artifact
    FOR EACH ROW WHEN (
        (OLD.id, OLD.created_at, OLD.organisation_id, OLD.document, OLD.kind, OLD.size, OLD.digest)
        IS DISTINCT FROM
        (NEW.id, NEW.created_at, NEW.organisation_id, NEW.document, NEW.kind, NEW.size, NEW.digest)
    ) EXECUTE FUNCTION preservation_keep_original();
CREATE TRIGGER original_lives BEFORE UPDATE OF shredded_at ON vault_artifact
    FOR EACH ROW WHEN (OLD.shredded_at IS NULL AND NEW.shredded_at IS NOT NULL)
    EXECUTE FUNCTION preservation_keep_alive();
CREATE TRIGGER original_keeps_its_key BEFORE UPDATE OR DELETE ON vault_artifactkey
    FOR EACH ROW EXECUTE FUNCTION preservation_keep_key();

ALTER TABLE vault_artifact ENABLE ALWAYS TRIGGER original_stays;
ALTER TABLE vault_artifact ENABLE ALWAYS TRIGGER original_is_the_same;
ALTER TABLE vault_artifact ENABLE ALWAYS TRIGGER original_lives;
ALTER TABLE vault_artifactkey ENABLE ALWAYS TRIGGER original_keeps_its_key;
"""

NO_GUARDS = """
DROP TRIGGER original_keeps_its_key ON vault_artifactkey;
DROP TRIGGER original_lives ON vault_artifact;
DROP TRIGGER original_is_the_same ON vault_artifact;
DROP TRIGGER original_stays ON vault_artifact;
DROP FUNCTION preservation_keep_key();
DROP FUNCTION preservation_keep_alive();
DROP FUNCTION preservation_keep_original();
DROP FUNCTION preservation_is_original(uuid);
"""


class Migration(migrations.Migration):
    """The original of a record keeps its row, its digest and its key until it is disposed of."""

    dependencies = [
        ("preservation", "0002_written_once"),
        ("vault", "0004_reasons_and_proofs"),
        ("intake", "0005_signed_originals"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="record",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("oversee_records", "Can see the records of every workspace"),
                    ("download_original", "Can download signed originals, with a reason"),
                    (
                        "view_evidence",
                        "Can see signatures, approvals and other signature evidence",
                    ),
                    ("approve_record", "Can record approvals and corrections"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
