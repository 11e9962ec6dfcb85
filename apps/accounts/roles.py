"""Who may do what: the whole table. Every migration writes it to Groups.

A role opens doors; which documents stand behind a door is decided by workspace membership and
grants. No role of this table gives content for administering something.
"""

from enum import StrEnum


class Role(StrEnum):
    SENDER = "sender"
    REVIEWER = "reviewer"
    REVIEW_LEAD = "review lead"
    RECORDS_MANAGER = "records manager"
    COMPLIANCE_OFFICER = "compliance officer"
    ORGANISATION_ADMIN = "organisation admin"
    INTEGRATOR = "integrator"


ROLES: dict[Role, frozenset[str]] = {
    Role.SENDER: frozenset(
        {
            "intake.add_document",
            "intake.view_document",
            "delivery.reveal_field",
            "delivery.download_result",
            "delivery.download_transcript",
            "preservation.view_record",
            "preservation.view_evidence",
            "preservation.download_original",
            "preservation.approve_record",
            "retention.delete_document",
            "retention.withdraw_consent",
        }
    ),
    Role.REVIEWER: frozenset(
        {"review.decide_task", "review.see_wider", "review.see_line", "review.see_page"}
    ),
    Role.REVIEW_LEAD: frozenset(
        {
            "review.decide_task",
            "review.see_wider",
            "review.see_line",
            "review.see_page",
            "review.decide_escalated",
            "review.lead_queues",
            "review.direct_review",
            "extraction.view_figures",
        }
    ),
    Role.RECORDS_MANAGER: frozenset(
        {
            "retention.view_clocks",
            "retention.govern",
            "retention.view_disposals",
            "extraction.view_figures",
            "preservation.view_record",
            "preservation.oversee_records",
            "preservation.view_evidence",
            "preservation.approve_record",
            "preservation.export_evidence",
            "preservation.see_fixity",
            "preservation.repair_copies",
            "preservation.validate_record",
        }
    ),
    Role.COMPLIANCE_OFFICER: frozenset(
        {
            "audit.read_trail",
            "assurance.export_trail",
            "retention.view_clocks",
            "retention.govern",
            "retention.view_disposals",
            "retention.serve_subjects",
            "extraction.view_figures",
            "extraction.set_standard",
            "preservation.view_record",
            "preservation.oversee_records",
            "preservation.view_evidence",
            "preservation.export_evidence",
            "preservation.see_fixity",
            "preservation.set_trust",
            "preservation.validate_record",
        }
    ),
    Role.ORGANISATION_ADMIN: frozenset({"accounts.view_people", "accounts.manage_keys"}),
    Role.INTEGRATOR: frozenset(
        {
            "intake.add_document",
            "intake.view_document",
            "delivery.download_result",
            "delivery.download_transcript",
            "retention.withdraw_consent",
            "retention.view_disposals",
            "preservation.view_record",
            "preservation.view_evidence",
        }
    ),
}

# What somebody is called where their name is not told; of several roles, the first.
TOLD: dict[Role, str] = {
    Role.REVIEW_LEAD: "Lead",
    Role.REVIEWER: "Reviewer",
    Role.COMPLIANCE_OFFICER: "Compliance officer",
    Role.RECORDS_MANAGER: "Records manager",
    Role.ORGANISATION_ADMIN: "Organisation admin",
    Role.INTEGRATOR: "Integrator",
    Role.SENDER: "Sender",
}
