from django.urls import path

from apps.preservation.views import copies, packages, records, signatures, trust, words

app_name = "preservation"
urlpatterns = [
    path("", records.records, name="list"),
    path("<record:record>/", records.record, name="record"),
    path("<record:record>/original/", records.original, name="original"),
    path("<record:record>/validate/", signatures.validate, name="validate"),
    path("<record:record>/words/", words.words, name="words"),
    path("<record:record>/approval/", words.approve, name="approve"),
    path("<record:record>/correction/", words.correct, name="correct"),
    path("copies/", copies.fixity, name="fixity"),
    path("copies/<uuid:copy>/repair/", copies.repair, name="repair"),
    path("trust/", trust.trusted, name="trusted"),
    path("trust/add/", trust.trust, name="trust"),
    path("trust/<uuid:root>/remove/", trust.distrust, name="distrust"),
    path("evidence/<slug:package>/", packages.package, name="package"),
    path("evidence/<slug:package>/bag.zip", packages.bag, name="bag"),
    path("evidence/<slug:package>/delete/", packages.delete, name="delete_package"),
    path("<record:record>/evidence/", packages.evidence, name="evidence"),
]
