from django.urls import path

from apps.preservation.views import records, signatures, words

app_name = "preservation"
urlpatterns = [
    path("", records.records, name="list"),
    path("<record:record>/", records.record, name="record"),
    path("<record:record>/original/", records.original, name="original"),
    path("<record:record>/validate/", signatures.validate, name="validate"),
    path("<record:record>/words/", words.words, name="words"),
    path("<record:record>/approval/", words.approve, name="approve"),
    path("<record:record>/correction/", words.correct, name="correct"),
]
